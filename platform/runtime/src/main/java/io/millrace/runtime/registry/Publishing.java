package io.millrace.runtime.registry;

import io.millrace.runtime.registry.FunctionAdministrationException.CodeMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionAdministrationException.NotUsable;
import io.millrace.runtime.registry.FunctionAdministrationException.RevisionMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.UpdateInProgress;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionInUse;
import java.util.Optional;

/** How versions come and go (lambda-semantics 6.2, 6.3). Pure: nothing is stored here. */
public final class Publishing {
    private Publishing() {}

    /**
     * @param function to be stored instead of the one that was given; the same one where nothing has changed
     * @param version the new one, or the last one where nothing has changed since
     */
    public record Result(RegisteredFunction function, PublishedVersion version) {}

    /**
     * Freezes {@code $LATEST} under the next number and gives {@code $LATEST} a new revision. Where neither code nor
     * configuration changed since the last version was made, and that one still exists, nothing happens.
     *
     * @param expectedSha256 of the code, in hexadecimal
     * @param description of the version, instead of the function's own
     * @throws RevisionMismatch if {@code $LATEST} has another revision than expected
     * @throws CodeMismatch if {@code $LATEST} has another code than expected
     * @throws InvalidCode if the function is an object of the embedding service, which can change at any time
     */
    public static Result publish(
            RegisteredFunction function,
            Optional<String> expectedSha256,
            Optional<String> description,
            Optional<String> expectedRevision) {
        requireRevision(function, expectedRevision);
        CodeReference code = function.code()
                .orElseThrow(() -> new InvalidCode("function '" + function.name()
                        + "' is part of the service that embeds the platform; it has no code to publish"));
        if (expectedSha256.isPresent() && !expectedSha256.get().equals(code.sha256())) {
            throw new CodeMismatch(function.name(), expectedSha256.get(), code.sha256());
        }
        Publications published = function.published();
        return Optional.ofNullable(published.versions().get(published.lastNumber()))
                .filter(last -> last.isMadeFrom(function))
                .map(last -> new Result(function, last))
                .orElseGet(() -> next(function, code, description));
    }

    private static Result next(RegisteredFunction function, CodeReference code, Optional<String> description) {
        FunctionConfiguration source = function.configuration();
        PublishedVersion version = new PublishedVersion(
                function.published().lastNumber() + 1,
                source.withDescription(description.orElse(source.description())),
                code,
                RegisteredFunction.newRevision(),
                function.lastModified(),
                source.description());
        return new Result(
                function.withPublished(function.published().with(version)).withNewRevision(), version);
    }

    /**
     * Takes a version away, and its provisioned concurrency and its event invoke config with it. One that does not exist
     * changes nothing. Its number stays used.
     *
     * @throws VersionInUse while an alias points to it
     */
    public static RegisteredFunction withoutVersion(RegisteredFunction function, int number) {
        String version = Integer.toString(number);
        function.published().aliases().values().stream()
                .filter(alias -> alias.pointsTo(version))
                .findFirst()
                .ifPresent(alias -> {
                    throw new VersionInUse(function.name(), number, alias.name());
                });
        return function.withPublished(
                        function.published().withoutVersion(number).withoutProvisioned(version))
                .withoutEventInvokeConfig(version);
    }

    /**
     * Asked before a change of code or configuration is begun, and before a version is published.
     *
     * @throws UpdateInProgress while another such change is under way
     * @throws NotUsable while the function cannot be used at all
     */
    public static void requireSettled(RegisteredFunction function) {
        if (function.state().phase() == FunctionState.Phase.UPDATING) {
            throw new UpdateInProgress(function.name());
        }
        if (!function.state().isDeployable()) {
            throw new NotUsable(function.name(), function.state().latest());
        }
    }

    /** @throws RevisionMismatch if a revision is expected and the function has another */
    public static void requireRevision(RegisteredFunction function, Optional<String> expected) {
        if (expected.isPresent() && !expected.get().equals(function.revisionId())) {
            throw new RevisionMismatch(function.name(), expected.get(), function.revisionId());
        }
    }
}
