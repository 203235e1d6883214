package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceConflictException;
import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.DocumentShelf;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.FunctionUrl;
import io.vertx.core.Future;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The addresses of functions (lambda-semantics 7.1); who uses them meets another door. */
final class FunctionUrlConfigs {
    private static final String ID_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
    private static final int ID_LENGTH = 32;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final FunctionAdministration functions;
    private final FunctionLocator locator;
    private final DocumentShelf documents;
    private final FunctionUrlAddresses addresses;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    FunctionUrlConfigs(
            FunctionAdministration functions,
            FunctionLocator locator,
            DocumentShelf documents,
            FunctionUrlAddresses addresses,
            Clock clock) {
        this.functions = functions;
        this.locator = locator;
        this.documents = documents;
        this.addresses = addresses;
        this.clock = clock;
    }

    Future<Reply> create(Request request) {
        FunctionArn arn = existing(request, "CreateFunctionUrlConfig");
        FunctionUrlMembers members = FunctionUrlMembers.read(request.members());
        Instant now = clock.instant();
        FunctionUrl url = new FunctionUrl(
                newId(),
                arn.function(),
                arn.qualifier(),
                members.authType().orElseThrow(),
                members.invokeMode(),
                members.cors().filter(cors -> !cors.isEmpty()),
                now,
                now);
        return change(request, arn, before -> {
                    if (before.isPresent()) {
                        throw new ResourceConflictException("Failed to create function url config for [functionArn = "
                                + arn + "]. Error message:  FunctionUrlConfig exists for this Lambda function");
                    }
                    if (functions.find(arn.function()).isEmpty()) {
                        throw noFunction(); // Deleted meanwhile; the next of that name must not get this URL.
                    }
                    return Optional.of(url);
                })
                .map(created -> Reply.json(201, rendered(request, url, Moment.CREATED)));
    }

    Future<Reply> show(Request request) {
        FunctionArn arn = locator.named(request, "GetFunctionUrlConfig");
        FunctionUrl url = find(arn).orElseThrow(FunctionUrlConfigs::absent);
        return Future.succeededFuture(Reply.json(200, rendered(request, url, Moment.LATER)));
    }

    Future<Reply> update(Request request) {
        FunctionArn arn = existing(request, "UpdateFunctionUrlConfig");
        FunctionUrlMembers members = FunctionUrlMembers.read(request.members());
        return change(
                        request,
                        arn,
                        before -> Optional.of(merged(before.orElseThrow(FunctionUrlConfigs::absent), members)))
                .map(updated -> Reply.json(200, rendered(request, updated.orElseThrow(), Moment.LATER)));
    }

    Future<Reply> delete(Request request) {
        FunctionArn arn = locator.named(request, "DeleteFunctionUrlConfig");
        return change(request, arn, before -> {
                    if (before.isEmpty()) {
                        throw absent();
                    }
                    return Optional.empty();
                })
                .map(deleted -> Reply.empty(204));
    }

    /** In the order of the names of aliases, the function's own first. */
    Future<Reply> list(Request request) {
        FunctionArn arn = locator.named(request, "ListFunctionUrlConfigs");
        if (functions.find(arn.function()).isEmpty()) {
            throw noFunction();
        }
        List<FunctionUrl> urls = documents.of(DocumentKind.URL, arn.function().value()).stream()
                .map(FunctionUrl::read)
                .toList();
        return Future.succeededFuture(Page.of(request, urls, FunctionUrl::name)
                .reply("FunctionUrlConfigs", url -> rendered(request, url, Moment.LATER)));
    }

    private FunctionUrl merged(FunctionUrl before, FunctionUrlMembers members) {
        return new FunctionUrl(
                before.id(),
                before.function(),
                before.alias(),
                members.authType().orElse(before.authType()),
                members.invokeMode().or(before::invokeMode),
                members.cors().or(before::cors).filter(cors -> !cors.isEmpty()),
                before.created(),
                clock.instant());
    }

    /** The function and its alias exist. */
    private FunctionArn existing(Request request, String action) {
        FunctionArn arn = locator.named(request, action);
        boolean exists = functions
                .find(arn.function())
                .filter(function -> arn.qualifier()
                        .map(alias -> function.published().alias(alias).isPresent())
                        .orElse(true))
                .isPresent();
        if (!exists) {
            throw noFunction();
        }
        return arn;
    }

    private Optional<FunctionUrl> find(FunctionArn arn) {
        return documents
                .find(DocumentKind.URL, arn.function().value(), name(arn))
                .map(content -> FunctionUrl.read(arn.function(), name(arn), content));
    }

    private Future<Optional<FunctionUrl>> change(
            Request request, FunctionArn arn, UnaryOperator<Optional<FunctionUrl>> change) {
        return request.blocking(() -> documents
                .change(DocumentKind.URL, arn.function().value(), name(arn), before -> change.apply(
                                before.map(content -> FunctionUrl.read(arn.function(), name(arn), content)))
                        .map(FunctionUrl::content))
                .map(content -> FunctionUrl.read(arn.function(), name(arn), content)));
    }

    private static String name(FunctionArn arn) {
        return arn.qualifier().orElse(FunctionArn.LATEST);
    }

    /** It keeps who does not know it from calling a function that everybody may call. */
    private String newId() {
        StringBuilder id = new StringBuilder(ID_LENGTH);
        random.ints(ID_LENGTH, 0, ID_CHARACTERS.length()).forEach(index -> id.append(ID_CHARACTERS.charAt(index)));
        return id.toString();
    }

    private ObjectNode rendered(Request request, FunctionUrl url, Moment moment) {
        FunctionArn arn = locator.arn(url.function());
        ObjectNode body = Json.object()
                .put("FunctionUrl", addresses.address(url.id(), request.origin()))
                .put(
                        "FunctionArn",
                        url.alias().map(arn::withQualifier).orElse(arn).toString())
                .put("AuthType", url.authType());
        url.cors().ifPresent(cors -> body.set("Cors", cors));
        body.put("CreationTime", TIME.format(url.created()));
        if (moment == Moment.LATER) {
            body.put("LastModifiedTime", TIME.format(url.lastModified()));
            body.put("InvokeMode", url.invokeMode().orElse("BUFFERED"));
        } else {
            url.invokeMode().ifPresent(mode -> body.put("InvokeMode", mode));
        }
        return body;
    }

    /** The reply to a creation has fewer members. */
    private enum Moment {
        CREATED,
        LATER
    }

    private static ResourceNotFoundException noFunction() {
        return new ResourceNotFoundException("Function does not exist");
    }

    private static ResourceNotFoundException absent() {
        return new ResourceNotFoundException("The resource you requested does not exist.");
    }
}
