package io.millrace.runtime.lambdaapi;

import io.millrace.core.function.FunctionName;
import io.millrace.runtime.devmode.DevMode;
import io.millrace.runtime.lambdaapi.LambdaApiException.InvalidParameterValueException;
import io.millrace.runtime.lambdaapi.LambdaApiException.UnknownOperationException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where commands say what a function is made of; there is no such address unless the server is in development mode. */
final class DevModeView {
    static final String PATH = "/_millrace/dev";

    private final Vertx vertx;
    private final FunctionLocator locator;

    DevModeView(Vertx vertx, FunctionLocator locator) {
        this.vertx = vertx;
        this.locator = locator;
    }

    Future<Reply> show(Request request) {
        required(request);
        return Future.succeededFuture(Reply.json(200, Json.object().put("dev", true)));
    }

    Future<Reply> watch(Request request) {
        DevMode devMode = required(request);
        FunctionName function = locator.existing(request, "WatchSource").name();
        return ControlBody.read(request, "WatchSource")
                .map(DevModeView::source)
                .compose(source -> existing(request, source))
                .compose(source -> devMode.watch(function, source))
                .map(watched -> Reply.empty(204));
    }

    private DevMode required(Request request) {
        return DevMode.of(vertx).orElseThrow(() -> new UnknownOperationException(request.method(), request.path()));
    }

    private static Path source(byte[] body) {
        String text = new Members(Json.requireObject(body))
                .text("source")
                .orElseThrow(() -> new InvalidParameterValueException(
                        "source is missing, expected the absolute path of a file or folder"));
        try {
            Path source = Path.of(text);
            if (source.isAbsolute()) {
                return source;
            }
        } catch (InvalidPathException malformed) {
            throw unusable(text);
        }
        throw unusable(text);
    }

    private static Future<Path> existing(Request request, Path source) {
        return request.blocking(() -> {
            if (!Files.exists(source)) {
                throw new InvalidParameterValueException(
                        "source is '" + source + "', expected a file or folder on the machine of the server");
            }
            return source;
        });
    }

    private static InvalidParameterValueException unusable(String source) {
        return new InvalidParameterValueException(
                "source is '" + source + "', expected the absolute path of a file or folder");
    }
}
