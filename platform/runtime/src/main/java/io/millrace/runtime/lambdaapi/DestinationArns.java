package io.millrace.runtime.lambdaapi;

import io.millrace.broker.topology.Topology;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.FunctionAdministration;
import java.util.Optional;
import java.util.stream.Stream;

/** Which destinations a function may have: a queue, a topic or another function (lambda-semantics 2.3). */
final class DestinationArns {
    private final FunctionAdministration functions;
    private final FunctionLocator locator;

    DestinationArns(FunctionAdministration functions, FunctionLocator locator) {
        this.functions = functions;
        this.locator = locator;
    }

    /** @throws InvalidParameterValueException for the first that cannot be used */
    void check(FunctionName function, EventInvokeMembers members) {
        Stream.of(members.onSuccess(), members.onFailure())
                .flatMap(Optional::stream)
                .filter(destination -> !destination.isEmpty())
                .forEach(destination -> check(function, destination, members));
    }

    private void check(FunctionName function, String destination, EventInvokeMembers members) {
        if (service(destination).equals("lambda")) {
            checkFunction(function, destination);
        } else if (!isQueueOrTopic(destination)) {
            throw invalid(members.onSuccess(), members.onFailure());
        }
    }

    /**
     * Of a mapping of a stream: a queue or a topic, and never a function (lambda-semantics 3.2).
     *
     * @throws InvalidParameterValueException if records about failures cannot go there
     */
    static void checkOfSource(String onFailure) {
        if (!isQueueOrTopic(onFailure)) {
            throw invalid(Optional.empty(), Optional.of(onFailure));
        }
    }

    private static boolean isQueueOrTopic(String destination) {
        String service = service(destination);
        return !destination.endsWith(".fifo")
                && !Topology.isOwn(queue(destination))
                && (service.equals("sqs") || service.equals("sns"));
    }

    private static InvalidParameterValueException invalid(Optional<String> onSuccess, Optional<String> onFailure) {
        return new InvalidParameterValueException("The provided destination config DestinationConfig(onSuccess="
                + shown("OnSuccess", onSuccess) + ", onFailure=" + shown("OnFailure", onFailure) + ") is invalid.");
    }

    private void checkFunction(FunctionName function, String destination) {
        FunctionArn own = locator.arn(function);
        Optional<FunctionArn> target = FunctionArn.parse(destination, own.region(), own.account());
        if (target.map(FunctionArn::function).filter(function::equals).isPresent()) {
            throw new InvalidParameterValueException("You can't specify the function as a destination for itself.");
        }
        boolean exists = target.flatMap(arn -> functions.find(arn.function()).filter(found -> found.published()
                        .exists(arn.qualifier().orElse(FunctionArn.LATEST))))
                .isPresent();
        if (!exists) {
            throw new InvalidParameterValueException("The destination ARN " + destination + " is invalid.");
        }
    }

    private static String queue(String destination) {
        return destination.substring(destination.lastIndexOf(':') + 1);
    }

    /** Third part of an ARN; empty for what is none. */
    private static String service(String destination) {
        String[] parts = destination.split(":", 4);
        return parts.length > 2 && parts[0].equals("arn") ? parts[2] : "";
    }

    private static String shown(String name, Optional<String> destination) {
        return destination.map(arn -> name + "(destination=" + arn + ")").orElse("null");
    }
}
