package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.registry.Alias;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.FunctionState;
import io.millrace.runtime.registry.PublishedVersion;
import io.millrace.runtime.registry.RegisteredFunction;
import java.time.Instant;
import java.util.Optional;

/**
 * What a name and a qualifier lead to.
 *
 * @param arn as it is shown to the caller
 * @param version that the qualifier is or points to; empty for {@code $LATEST}
 */
record Located(FunctionArn arn, RegisteredFunction function, Optional<PublishedVersion> version) {

    static Located latest(RegisteredFunction function, FunctionArn arn) {
        return new Located(arn, function, Optional.empty());
    }

    /** Empty where the function has neither a version nor an alias of the ARN's qualifier. */
    static Optional<Located> of(RegisteredFunction function, FunctionArn arn) {
        String qualifier = arn.qualifier().orElse(FunctionArn.LATEST);
        String version = function.published()
                .alias(qualifier)
                .map(Alias::functionVersion)
                .orElse(qualifier);
        return version.equals(FunctionArn.LATEST)
                ? Optional.of(latest(function, arn))
                : function.published()
                        .version(version)
                        .map(published -> new Located(arn, function, Optional.of(published)));
    }

    FunctionConfiguration configuration() {
        return version.map(PublishedVersion::configuration).orElseGet(function::configuration);
    }

    Optional<CodeReference> code() {
        return version.map(PublishedVersion::code).or(function::code);
    }

    String versionName() {
        return version.map(PublishedVersion::qualifier).orElse(FunctionArn.LATEST);
    }

    String revisionId() {
        return version.map(PublishedVersion::revisionId).orElseGet(function::revisionId);
    }

    /** In the word of the API. */
    String state() {
        FunctionState state = function.state();
        return version.map(state::of).orElseGet(state::latest);
    }

    Instant lastModified() {
        return version.map(PublishedVersion::lastModified).orElseGet(function::lastModified);
    }
}
