package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.FunctionSettings;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidRequestContentException;
import io.millrace.runtime.lambdaapi.LambdaApiException.RequestEntityTooLargeException;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionConfiguration;
import io.millrace.runtime.registry.RegisteredFunction;
import io.vertx.core.Future;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** Creating, showing, changing and deleting functions (lambda-semantics 6.1, 6.2). */
final class Functions {
    private static final int PAGE = 50;
    private static final Pattern VERSION_NUMBER = Pattern.compile("\\d+");

    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final FunctionSettings defaults;

    Functions(FunctionAdministration functions, FunctionLocator locator, FunctionSettings defaults) {
        this.functions = functions;
        this.locator = locator;
        this.defaults = defaults;
    }

    Future<Reply> create(Request request) {
        return ControlBody.read(request, "CreateFunction")
                .compose(body -> request.blocking(() -> newFunction(body)))
                .compose(wanted -> functions.create(wanted.name(), wanted.configuration(), wanted.archive()))
                .map(created -> reply(201, created));
    }

    /** One page, in the order of names; the marker is the last name of the page before. */
    Future<Reply> list(Request request) {
        int maximum = request.query("MaxItems").map(Functions::maxItems).orElse(PAGE);
        String marker = request.query("Marker").orElse("");
        List<RegisteredFunction> rest = functions.all().stream()
                .filter(function -> function.name().value().compareTo(marker) > 0)
                .toList();
        List<RegisteredFunction> page = rest.subList(0, Math.min(rest.size(), Math.min(maximum, PAGE)));
        ObjectNode body = Json.object();
        ArrayNode shown = body.putArray("Functions");
        page.forEach(function -> shown.add(ConfigurationReply.listed(function, locator.arn(function.name()))));
        if (page.size() < rest.size()) {
            body.put("NextMarker", page.get(page.size() - 1).name().value());
        }
        return Future.succeededFuture(Reply.json(200, body));
    }

    Future<Reply> show(Request request) {
        RegisteredFunction function = locator.existing(request, "GetFunction");
        ObjectNode body = Json.object();
        body.putObject("Code").put("RepositoryType", "S3");
        body.set("Configuration", ConfigurationReply.complete(function, shownArn(request, "GetFunction")));
        function.reservedConcurrency()
                .ifPresent(permits -> body.putObject("Concurrency").put("ReservedConcurrentExecutions", permits));
        return Future.succeededFuture(Reply.json(200, body));
    }

    Future<Reply> showConfiguration(Request request) {
        RegisteredFunction function = locator.existing(request, "GetFunctionConfiguration");
        return Future.succeededFuture(
                Reply.json(200, ConfigurationReply.complete(function, shownArn(request, "GetFunctionConfiguration"))));
    }

    Future<Reply> updateCode(Request request) {
        FunctionName name = locator.existing(request, "UpdateFunctionCode").name();
        return ControlBody.read(request, "UpdateFunctionCode")
                .compose(body -> request.blocking(() -> newCode(body)))
                .compose(code -> functions.updateCode(name, code.archive(), code.expectedRevision()))
                .map(updated -> reply(200, updated));
    }

    Future<Reply> updateConfiguration(Request request) {
        FunctionName name =
                locator.existing(request, "UpdateFunctionConfiguration").name();
        return ControlBody.read(request, "UpdateFunctionConfiguration")
                .map(Json::requireObject)
                .compose(body -> updateConfiguration(name, body))
                .map(updated -> reply(200, updated));
    }

    private Future<RegisteredFunction> updateConfiguration(FunctionName name, ObjectNode body) {
        UnsupportedMembers.refuse(body);
        Members members = new Members(body);
        UnaryOperator<FunctionConfiguration> change = ConfigurationMembers.change(members);
        return functions.updateConfiguration(name, change, members.text("RevisionId"));
    }

    Future<Reply> delete(Request request) {
        FunctionArn arn = locator.named(request, "DeleteFunction");
        Optional<String> qualifier = arn.qualifier();
        if (qualifier.filter(FunctionArn.LATEST::equals).isPresent()) {
            throw new InvalidParameterValueException(
                    "$LATEST version cannot be deleted without deleting the function.");
        }
        boolean isVersion = qualifier.filter(VERSION_NUMBER.asMatchPredicate()).isPresent();
        if (isVersion && functions.find(arn.function()).isPresent()) {
            return Future.succeededFuture(Reply.empty(204)); // A version that does not exist counts as deleted.
        }
        FunctionName name = locator.existing(request, "DeleteFunction").name();
        return functions.delete(name).map(deleted -> Reply.empty(204));
    }

    private Reply reply(int status, RegisteredFunction function) {
        return Reply.json(status, ConfigurationReply.complete(function, locator.arn(function.name())));
    }

    /** With the qualifier the caller used, without one otherwise. */
    private FunctionArn shownArn(Request request, String action) {
        return locator.named(request, action);
    }

    private NewFunction newFunction(byte[] body) {
        ObjectNode object = Json.requireObject(body);
        Members members = new Members(object);
        new Constraints()
                .notNull("functionName", members.has("FunctionName"))
                .notNull("code", members.has("Code"))
                .check();
        FunctionName name = locator.toCreate(members.text("FunctionName").orElseThrow());
        UnsupportedMembers.refuse(object);
        FunctionConfiguration configuration = ConfigurationMembers.complete(members, defaults);
        return new NewFunction(
                name, configuration, archive(members.object("Code").orElseThrow()));
    }

    private static NewCode newCode(byte[] body) {
        Members members = new Members(Json.requireObject(body));
        return new NewCode(archive(members), members.text("RevisionId"));
    }

    private static byte[] archive(Members code) {
        UnsupportedMembers.refuse(code.object());
        String base64 = code.text("ZipFile")
                .orElseThrow(() -> new InvalidParameterValueException("Please provide a source for function code."));
        byte[] archive = decoded(base64);
        if (archive.length >= RequestLimits.ZIPPED_BYTES) {
            throw new RequestEntityTooLargeException(
                    "Zipped size must be smaller than " + RequestLimits.ZIPPED_BYTES + " bytes");
        }
        return archive;
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException malformed) {
            throw new InvalidRequestContentException(
                    "Could not parse request body into json: member ZipFile must be base64");
        }
    }

    private static int maxItems(String text) {
        // Ten digits and more are out of range anyway, and would not fit.
        boolean isNumber = text.matches("\\d{1,9}");
        if (!isNumber) {
            throw new InvalidParameterValueException("MaxItems is '" + text + "', expected 1 to 10000");
        }
        int items = Integer.parseInt(text);
        new Constraints().between("maxItems", items, 1, 10_000).check();
        return items;
    }

    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    private record NewFunction(FunctionName name, FunctionConfiguration configuration, byte[] archive) {}

    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    private record NewCode(byte[] archive, Optional<String> expectedRevision) {}
}
