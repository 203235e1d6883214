package io.millrace.runtime.mapping;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.RegisteredFunction;
import java.util.stream.Stream;

/** The versions that a mapping feeds. */
final class MappedVersions {
    private MappedVersions() {}

    /** Two of an alias that has two, the main one first; none of a function that is gone. From memory. */
    static Stream<FunctionConfiguration> of(FunctionAdministration functions, FunctionArn arn) {
        return functions.find(arn.function()).stream().flatMap(function -> of(function, arn));
    }

    /** @param function that has the ARN's name */
    static Stream<FunctionConfiguration> of(RegisteredFunction function, FunctionArn arn) {
        return versions(function, arn.qualifier().orElse(FunctionArn.LATEST)).map(version -> function.published()
                .version(version)
                .map(PublishedVersion::configuration)
                .orElseGet(function::configuration));
    }

    private static Stream<String> versions(RegisteredFunction function, String qualifier) {
        return function.published()
                .alias(qualifier)
                .map(alias -> Stream.concat(
                        Stream.of(alias.functionVersion()),
                        alias.routing().map(Alias.Routing::additionalVersion).stream()))
                .orElseGet(() -> Stream.of(qualifier));
    }
}
