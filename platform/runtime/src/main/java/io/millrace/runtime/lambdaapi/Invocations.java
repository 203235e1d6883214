package io.millrace.runtime.lambdaapi;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.lambdaapi.LambdaApiException.TooManyRequestsException;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.Future;
import java.util.Base64;

/** The operations Invoke and InvokeAsync (lambda-semantics 1.1 to 1.6). */
final class Invocations {
    private final Invoker invoker;
    private final InvocationReader reader;
    private final PayloadStore payloads;

    Invocations(Invoker invoker, InvocationReader reader, PayloadStore payloads) {
        this.invoker = invoker;
        this.reader = reader;
        this.payloads = payloads;
    }

    Future<Reply> invoke(Request request) {
        return reader.read(request, InvocationReader.type(request)).compose(this::run);
    }

    /** The older form of Invoke with the type Event; its answer says the status once more. */
    Future<Reply> invokeAsync(Request request) {
        return reader.readDeprecated(request)
                .compose(invoker::publish)
                .map(published -> Reply.json(202, Json.object().put("Status", 202)));
    }

    private Future<Reply> run(Invocation invocation) {
        return switch (invocation.type()) {
            case REQUEST_RESPONSE ->
                invoker.call(invocation).onComplete(ended -> drop(invocation)).map(Invocations::answered);
            // Whoever settles the event removes its file; what failed here may have been published all the same.
            case EVENT -> invoker.publish(invocation).map(published -> Reply.empty(202));
            case DRY_RUN -> {
                drop(invocation);
                yield Future.succeededFuture(Reply.empty(204));
            }
        };
    }

    /** A file that no message refers to any more. One that a handler still reads stays with it until it closes it. */
    private void drop(Invocation invocation) {
        StoredPayload.of(invocation).ifPresent(payloads::delete);
    }

    private static Reply answered(Invoker.Answer answer) {
        Reply ran = answer.outcome().match(new AnswerRendering(answer.executedVersion()));
        Reply reply = answer.isReplayed() ? ran.withHeader("X-Millrace-Idempotency-Replayed", "true") : ran;
        return answer.logTail()
                .map(tail ->
                        reply.withHeader("X-Amz-Log-Result", Base64.getEncoder().encodeToString(tail)))
                .orElse(reply);
    }

    /** A function's own error is a success of the request, marked by a header (lambda-semantics 1.2). */
    private record AnswerRendering(String executedVersion) implements Outcome.Cases<Reply> {
        @Override
        public Reply succeeded(Outcome.Succeeded outcome) {
            return executed(outcome.response());
        }

        @Override
        public Reply functionError(Outcome.FunctionError outcome) {
            return executed(outcome.payload()).withHeader("X-Amz-Function-Error", "Unhandled");
        }

        @Override
        public Reply throttled(Outcome.Throttled outcome) {
            throw new TooManyRequestsException(outcome.reason());
        }

        private Reply executed(byte[] body) {
            return Reply.json(200, body).withHeader("X-Amz-Executed-Version", executedVersion);
        }
    }
}
