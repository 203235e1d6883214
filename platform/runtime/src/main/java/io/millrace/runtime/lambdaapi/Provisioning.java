package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ProvisionedConcurrencyConfigNotFoundException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionAdministrationException.FunctionUnknown;
import io.millrace.runtime.registry.ProvisionedConcurrency;
import io.millrace.runtime.registry.ProvisionedState;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/** Provisioned concurrency of versions and aliases (lambda-semantics 4.2). */
final class Provisioning {
    private static final String MEMBER = "ProvisionedConcurrentExecutions";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'+0000'").withZone(ZoneOffset.UTC);

    private final FunctionAdministration functions;
    private final FunctionLocator locator;

    Provisioning(FunctionAdministration functions, FunctionLocator locator) {
        this.functions = functions;
        this.locator = locator;
    }

    /** Answers before any environment is initialised. */
    Future<Reply> put(Request request) {
        FunctionArn arn = qualified(request, "PutProvisionedConcurrencyConfig");
        int environments = request.members().integer(MEMBER).orElseThrow();
        return provision(arn, environments).map(config -> Reply.json(202, render(config, begun(config))));
    }

    private Future<ProvisionedConcurrency> provision(FunctionArn arn, int environments) {
        requirePublished(arn, "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
        requireExisting(arn);
        return functions.provision(arn.function(), qualifier(arn), environments);
    }

    Future<Reply> show(Request request) {
        FunctionArn arn = qualified(request, "GetProvisionedConcurrencyConfig");
        requirePublished(arn, "The function resource provided must be an alias or a published version.");
        ProvisionedConcurrency config = requireExisting(arn)
                .published()
                .provisioned(qualifier(arn))
                .orElseThrow(() -> new ProvisionedConcurrencyConfigNotFoundException(
                        "No Provisioned Concurrency Config found for this function"));
        return Future.succeededFuture(Reply.json(200, render(config, state(arn.function(), config))));
    }

    /** Those of all qualifiers. */
    Future<Reply> list(Request request) {
        RegisteredFunction function = locator.existing(request, "ListProvisionedConcurrencyConfigs");
        FunctionArn arn = locator.arn(function.name());
        List<ProvisionedConcurrency> all =
                List.copyOf(function.published().provisioned().values());
        return Future.succeededFuture(Page.of(request, all, ProvisionedConcurrency::qualifier)
                .reply("ProvisionedConcurrencyConfigs", config -> render(config, state(function.name(), config))
                        .put(
                                "FunctionArn",
                                arn.withQualifier(config.qualifier()).toString())));
    }

    Future<Reply> delete(Request request) {
        FunctionArn arn = qualified(request, "DeleteProvisionedConcurrencyConfig");
        requirePublished(arn, "The function resource provided must be an alias or a published version.");
        requireExisting(arn);
        return functions.deleteProvisioned(arn.function(), qualifier(arn)).map(deleted -> Reply.empty(204));
    }

    /** The qualifier may stand in the function's name too, which the description does not foresee. */
    private FunctionArn qualified(Request request, String action) {
        FunctionArn arn = locator.named(request, action);
        new Constraints().notNull("qualifier", arn.qualifier().isPresent()).check();
        return arn;
    }

    private static String qualifier(FunctionArn arn) {
        return arn.qualifier().orElseThrow();
    }

    private static void requirePublished(FunctionArn arn, String refusal) {
        if (qualifier(arn).equals(FunctionArn.LATEST)) {
            throw new InvalidParameterValueException(refusal);
        }
    }

    private RegisteredFunction requireExisting(FunctionArn arn) {
        RegisteredFunction function =
                functions.find(arn.function()).orElseThrow(() -> new FunctionUnknown(arn.function()));
        boolean isNumber = Qualifiers.isNumber(qualifier(arn));
        if (isNumber && function.published().version(qualifier(arn)).isEmpty()) {
            throw FunctionLocator.notFound(arn);
        }
        if (!isNumber && function.published().alias(qualifier(arn)).isEmpty()) {
            throw new ResourceNotFoundException("Cannot find alias arn: " + arn);
        }
        return function;
    }

    private ProvisionedState state(FunctionName function, ProvisionedConcurrency config) {
        return functions.provisionedState(function, config.qualifier()).orElseGet(() -> begun(config));
    }

    private static ProvisionedState begun(ProvisionedConcurrency config) {
        return new ProvisionedState(config.requested(), 0, 0, ProvisionedState.Status.IN_PROGRESS, Optional.empty());
    }

    private static ObjectNode render(ProvisionedConcurrency config, ProvisionedState state) {
        ObjectNode body = Json.object();
        body.put("Requested" + MEMBER, state.requested())
                .put("Available" + MEMBER, state.available())
                .put("Allocated" + MEMBER, state.allocated())
                .put("Status", state.status().name())
                .put("LastModified", time(config.lastModified()));
        state.statusReason().ifPresent(reason -> body.put("StatusReason", reason));
        return body;
    }

    /** Here, and only here, the API writes whole seconds. */
    private static String time(Instant instant) {
        return TIME.format(instant);
    }
}
