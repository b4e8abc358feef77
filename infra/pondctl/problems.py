"""What went wrong, as a sentence that says what to do."""

from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from pynamodb.exceptions import PynamoDBException

from pond.kernel.errors import PondError


class WrongEnvironment(Exception):
    """The command cannot run where it was called."""


_TO_DO = {
    "programme.invalid": "correct that place in the file and apply it again",
    "programme.unknown": "`pondctl programmes` lists what there is; `pondctl apply FILE` adds one",
    "file.unreadable": "check the path, and that the file is YAML in UTF-8",
    "channel.invalid": "give it such an id, and a name with --name",
    "channel.unknown": "`pondctl channels list` shows the ids",
    "segment.unknown": "the segment's id stands in the programme's file",
    "opening.overlaps": "choose a start after it ends; `pondctl openings list` shows them",
    "group.unknown": "`pondctl groups list` shows ours; `pondctl groups import` adds one",
    "group.elsewhere": "one group serves one kind of people; import another group for this segment",
    "group.capacity": "staff are members too: WeCom lets about 200 in by code, 180 of them leave room",
    "seat.not_ended": "only who had a seat that ended can be given another try",
    "programme.mixing": "people of the one kind are in its groups already",
    "volunteer.unknown": "`pondctl volunteers list` shows them; `pondctl volunteers add` makes one",
    "assignment.past": "give a time after the last change of that group",
    "link.target": "only our pages and the origins in the parameter LinkOrigins may be led to",
    "rates.invalid": "correct that place in the file and apply it again; docs/pondctl.md has an example",
    "rates.past": "what held stays: end that rate and begin another one, today or later",
    "settlement.unknown": "`pondctl orders settle draft MONTH --by NAME` first",
    "settlement.not_approved": "`pondctl orders settle approve MONTH --by NAME` first",
    "levels.elsewhere": "a distributor has one level, whatever they sell: keep the levels in that programme",
    "programme.which": "`pondctl programmes` lists them",
    "review.unknown": "`pondctl review list` shows the ids",
    "review.accepted": "block somebody who must not stay; who sits in a group is staff's to remove",
    "review.no_group": "a segment of the programme must take this kind and stage; then apply the file again",
    "order.unknown": "no push of it came; if the shop shows it, `pondctl orders look TID` brings it",
    "backup.unknown": "`pondctl backup list` shows them; what is unfinished, `pondctl backup make` finishes on its day",
    "wecom.no_such_group": "the chat_id must be of a customer group whose owner this app may see",
    "wecom.configuration": "check the secret `wecom`, the app's permissions and its list of trusted addresses",
    "youzan.configuration": "check the secret `youzan`, the app's capabilities and its list of addresses",
    "official_account.configuration": "check the secret `official-account` and the account's list of addresses",
}
_NOT_THERE = {"ResourceNotFoundException", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}
_NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "UnrecognizedClientException", "InvalidClientTokenId"}


def explain(error: Exception) -> str:
    """One sentence for what happened and, where known, one for what to do."""
    if isinstance(error, PondError):
        what = f"{error.message} ({error.code})" if error.message else error.code
        to_do = _TO_DO.get(error.code, "try again in a moment" if error.retryable else "")
        return f"{what}: {to_do}" if to_do else what
    cause = getattr(error, "cause", None) if isinstance(error, PynamoDBException) else error
    if isinstance(cause, EndpointConnectionError):
        return f"nothing answers at {cause.kwargs.get('endpoint_url')}: is the deployment running, the address right?"
    if isinstance(cause, NoCredentialsError):
        return "no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give --env-file"
    if isinstance(cause, ClientError):
        code = str(cause.response.get("Error", {}).get("Code"))
        if code in _NOT_THERE:
            return f"not found there ({cause.operation_name}): POND_PREFIX and AWS_REGION must be the deployment's"
        if code in _NOT_ALLOWED:
            return f"these AWS credentials may not do {cause.operation_name} ({code})"
        return f"{cause.operation_name} failed: {code}"
    return f"{type(error).__name__}: {error}"
