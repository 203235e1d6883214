package io.millrace.runtime.lambdaapi;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.InvocationType;
import io.millrace.core.invocation.Outcome;
import io.millrace.core.invocation.Outcome.FunctionError;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ServiceException;
import io.millrace.runtime.lambdaapi.LambdaApiException.TooManyRequestsException;
import io.millrace.runtime.payloads.PayloadStore;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import java.util.Optional;

/** The operation InvokeWithResponseStream (lambda-semantics 1.9). */
final class StreamedInvocations {
    private final Invoker invoker;
    private final InvocationReader reader;
    private final PayloadStore payloads;

    StreamedInvocations(Invoker invoker, InvocationReader reader, PayloadStore payloads) {
        this.invoker = invoker;
        this.reader = reader;
        this.payloads = payloads;
    }

    Future<Reply> invoke(Request request) {
        if (request.header(InvocationReader.KEY_HEADER).isPresent()) {
            throw new InvalidParameterValueException("The header " + InvocationReader.KEY_HEADER
                    + " is not supported for response streaming, expected none: a stream is not stored.");
        }
        return reader.read(request, InvocationReader.type(request))
                .compose(invocation -> (invocation.type() == InvocationType.DRY_RUN
                                ? Future.succeededFuture(Reply.empty(204))
                                : stream(request, invocation))
                        .onComplete(ended -> StoredPayload.of(invocation).ifPresent(payloads::delete)));
    }

    private Future<Reply> stream(Request request, Invocation invocation) {
        EventStreamResponse response = request.eventStream();
        return invoker.stream(invocation, response).transform(ended -> sent(ended, response));
    }

    /** Before the response has begun there is still a status to answer with. */
    private static Future<Reply> sent(AsyncResult<Invoker.Answer> ended, EventStreamResponse response) {
        if (ended.succeeded()) {
            return answered(ended.result(), response);
        }
        if (!response.hasBegun()) {
            return Future.failedFuture(ended.cause());
        }
        response.breakOff(new ServiceException(
                "The rest of the response is lost: " + ended.cause().getMessage()));
        return Future.succeededFuture(Reply.alreadySent());
    }

    private static Future<Reply> answered(Invoker.Answer answer, EventStreamResponse response) {
        if (answer.outcome() instanceof Outcome.Throttled throttled) {
            return Future.failedFuture(new TooManyRequestsException(throttled.reason()));
        }
        if (!response.hasBegun()) {
            response.begin(answer.executedVersion(), "application/json");
        }
        Optional<FunctionError> error =
                answer.outcome() instanceof FunctionError failed ? Optional.of(failed) : Optional.empty();
        response.complete(error, answer.logTail());
        return Future.succeededFuture(Reply.alreadySent());
    }
}
