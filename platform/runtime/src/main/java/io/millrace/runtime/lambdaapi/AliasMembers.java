package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.RegisteredFunction;
import java.util.Map;
import java.util.Optional;

/**
 * The body of CreateAlias and UpdateAlias (lambda-semantics 6.4).
 *
 * @param hasRouting whether RoutingConfig was given, even an empty one, which takes the routing away
 */
record AliasMembers(
        Optional<String> functionVersion,
        Optional<String> description,
        boolean hasRouting,
        Optional<Alias.Routing> routing,
        Optional<String> expectedRevision) {

    /** @throws LambdaApiException for more than one additional version */
    static AliasMembers read(Members members) {
        Optional<String> version = members.text("FunctionVersion");
        Optional<String> description = members.text("Description");
        Optional<Map<String, Double>> weights = members.object("RoutingConfig").map(AliasMembers::weights);
        return new AliasMembers(
                version,
                description,
                weights.isPresent(),
                weights.flatMap(AliasMembers::routing),
                members.text("RevisionId"));
    }

    /** @param name of an alias that is made of this; the version must have been given */
    Alias alias(String name) {
        return new Alias(
                name, functionVersion.orElseThrow(), description.orElse(""), routing, RegisteredFunction.newRevision());
    }

    /** What was given, laid over what is there. */
    Alias over(Alias current) {
        return new Alias(
                current.name(),
                functionVersion.orElse(current.functionVersion()),
                description.orElse(current.description()),
                hasRouting ? routing : current.routing(),
                current.revisionId());
    }

    private static Map<String, Double> weights(Members routingConfig) {
        return routingConfig
                .object("AdditionalVersionWeights")
                .map(Members::numbers)
                .orElse(Map.of());
    }

    private static Optional<Alias.Routing> routing(Map<String, Double> weights) {
        if (weights.size() > 1) {
            throw new InvalidParameterValueException(
                    "Number of items in AdditionalVersionWeights cannot be greater than 1");
        }
        return weights.entrySet().stream()
                .map(entry -> new Alias.Routing(entry.getKey(), entry.getValue()))
                .findFirst();
    }
}
