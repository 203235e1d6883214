package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.IdentitySettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.PreconditionFailedException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.FunctionAdministrationException;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasExists;
import io.millrace.runtime.registry.FunctionAdministrationException.AliasUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.CodeMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.ConcurrencyRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionExists;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionUnknown;
import io.millrace.runtime.registry.FunctionAdministrationException.InvalidCode;
import io.millrace.runtime.registry.FunctionAdministrationException.NotUsable;
import io.millrace.runtime.registry.FunctionAdministrationException.ReservationTooHigh;
import io.millrace.runtime.registry.FunctionAdministrationException.RevisionMismatch;
import io.millrace.runtime.registry.FunctionAdministrationException.RoutingRefused;
import io.millrace.runtime.registry.FunctionAdministrationException.UpdateInProgress;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionInUse;
import io.millrace.runtime.registry.FunctionAdministrationException.VersionUnknown;

/** What the registry refused, in Lambda's words (lambda-semantics 4.2, 6.2 to 6.4). */
final class AdministrationRefusals {
    private final IdentitySettings identity;

    AdministrationRefusals(IdentitySettings identity) {
        this.identity = identity;
    }

    LambdaApiException refusal(FunctionAdministrationException refused) {
        if (refused instanceof FunctionUnknown unknown) {
            return new ResourceNotFoundException("Function not found: " + arn(unknown.function()));
        }
        if (refused instanceof FunctionExists exists) {
            return new ResourceConflictException("Function already exist: " + exists.function());
        }
        if (refused instanceof NotUsable unusable) {
            return notUsable(unusable.state());
        }
        if (refused instanceof UpdateInProgress updating) {
            return new ResourceConflictException("The operation cannot be performed at this time. An update is in"
                    + " progress for resource: " + arn(updating.function()));
        }
        if (refused instanceof VersionUnknown unknown) {
            return new ResourceNotFoundException(
                    "Function not found: " + arn(unknown.function()) + ":" + unknown.version());
        }
        if (refused instanceof VersionInUse used) {
            return new ResourceConflictException(
                    "Unable to delete version because the following aliases reference it: [" + used.alias() + "]");
        }
        if (refused instanceof AliasExists exists) {
            return new ResourceConflictException(
                    "Alias already exists: " + arn(exists.function()) + ":" + exists.alias());
        }
        if (refused instanceof AliasUnknown unknown) {
            return new ResourceNotFoundException(
                    "Cannot find alias arn: " + arn(unknown.function()) + ":" + unknown.alias());
        }
        if (refused instanceof RevisionMismatch) {
            return new PreconditionFailedException("The Revision Id provided does not match the latest Revision Id."
                    + " Call the GetFunction/GetAlias API to retrieve the latest Revision Id");
        }
        if (refused instanceof CodeMismatch mismatch) {
            return Versions.mismatch(Sha256.base64(mismatch.expectedSha256()), Sha256.base64(mismatch.actualSha256()));
        }
        if (refused instanceof InvalidCode invalid) {
            return new InvalidParameterValueException(String.valueOf(invalid.getMessage()));
        }
        if (refused instanceof RoutingRefused routing) {
            return refusal(routing);
        }
        if (refused instanceof ReservationTooHigh tooHigh) {
            return InvalidParameterValueException.bare("Specified ReservedConcurrentExecutions for function decreases"
                    + " account's UnreservedConcurrentExecution below its minimum value of ["
                    + tooHigh.minimumUnreserved() + "].");
        }
        if (refused instanceof ConcurrencyRefused concurrency) {
            return refusal(concurrency);
        }
        throw new IllegalStateException("a refusal of the registry without an answer", refused);
    }

    /** @param state in the word of the API */
    static ResourceConflictException notUsable(String state) {
        return new ResourceConflictException("The operation cannot be performed at this time. The function is currently"
                + " in the following state: " + state);
    }

    private static LambdaApiException refusal(RoutingRefused refused) {
        String version = refused.version();
        return switch (refused.rule()) {
            case SAME_VERSION ->
                new InvalidParameterValueException("Invalid function version " + version + ". Function version "
                        + version + " is already included in routing configuration.");
            case LATEST ->
                InvalidParameterValueException.bare(
                        "$LATEST is not supported for an alias pointing to more than 1 version");
            case OTHER_ROLE ->
                new InvalidParameterValueException("Invalid function version " + version + ". Both function versions of"
                        + " an alias must have the same execution role.");
        };
    }

    private static LambdaApiException refusal(ConcurrencyRefused refused) {
        return switch (refused.reason()) {
            // The blanks are Lambda's.
            case RESERVED_BELOW_PROVISIONED ->
                InvalidParameterValueException.bare(" ReservedConcurrentExecutions  " + refused.wanted()
                        + " should not be lower than function's total provisioned concurrency [" + refused.limit()
                        + "].");
            case PROVISIONED_ABOVE_RESERVED ->
                new InvalidParameterValueException("Requested Provisioned Concurrency should not be greater than the"
                        + " reservedConcurrentExecution for function");
            case PROVISIONED_ABOVE_UNRESERVED ->
                InvalidParameterValueException.bare("Specified ConcurrentExecutions for function is greater than"
                        + " account's unreserved concurrency [" + refused.limit() + "].");
            case PROVISIONED_BREAKS_MINIMUM ->
                InvalidParameterValueException.bare("Specified ConcurrentExecutions for function decreases account's"
                        + " UnreservedConcurrentExecution below its minimum value of [" + refused.limit() + "].");
            case VERSION_IS_PROVISIONED ->
                new ResourceConflictException("Alias can't be used for Provisioned Concurrency configuration on an"
                        + " already Provisioned version");
            case ALIAS_IS_PROVISIONED ->
                new ResourceConflictException("Version is pointed by a Provisioned Concurrency alias");
            case ALIAS_HAS_ROUTING ->
                new InvalidParameterValueException("Alias with weights can not be used with Provisioned Concurrency");
            case UNPUBLISHED ->
                new InvalidParameterValueException(
                        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
        };
    }

    private FunctionArn arn(FunctionName function) {
        return FunctionArn.of(identity.region(), identity.account(), function);
    }
}
