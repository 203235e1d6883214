package io.millrace.bench;

import io.millrace.InvokeResult;
import io.millrace.Millrace;
import io.millrace.runtime.environment.AttemptListener;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** A platform with one function that was uploaded by HTTP and runs in a process of its own. For one thread. */
final class ProcessPlatform implements AutoCloseable {

    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final int MEMORY_MEGABYTES = 256;
    private static final int TIMEOUT_SECONDS = 30;
    /** Longer than the platform itself waits for one. */
    private static final Duration CLASS_ARCHIVE_LIMIT = Duration.ofSeconds(40);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final UploadedFunction code;
    private final String function;
    private final Millrace millrace;
    private int renewals;

    private ProcessPlatform(UploadedFunction code, String function, Millrace millrace) {
        this.code = code;
        this.function = function;
        this.millrace = millrace;
    }

    /** Returns when the function has answered a first time, started as it will be from then on. */
    static ProcessPlatform start(Surroundings on, UploadedFunction code, AttemptListener attempts) {
        String function = on.nextFunction();
        Millrace millrace = Millrace.builder()
                .dataDirectory(on.directory().resolve(function))
                .broker(on.brokerUrl())
                .http("127.0.0.1", 0)
                .set("environment.java", "process")
                .set("concurrency.requestsPerSecondPerPermit", "0")
                .onAttempt(attempts)
                .start();
        ProcessPlatform platform = new ProcessPlatform(code, function, millrace);
        boolean ready = false;
        try {
            platform.create();
            platform.settle();
            ready = true;
            return platform;
        } finally {
            if (!ready) {
                platform.close();
            }
        }
    }

    Millrace millrace() {
        return millrace;
    }

    String function() {
        return function;
    }

    /** One call, from before it is made until its answer is here. */
    Duration call() {
        long startedAt = System.nanoTime();
        InvokeResult result = Waiting.on("a call of " + function, millrace.invoke(function, Load.body()));
        Duration taken = Duration.ofNanos(System.nanoTime() - startedAt);
        if (!result.isSuccess()) {
            throw new IllegalStateException("a call of " + function + " ended as " + result + " " + result.text());
        }
        return taken;
    }

    /** Of the environment that answered last. */
    ProcessCommand command() {
        return ProcessCommand.ofLiving(function)
                .orElseThrow(() -> new IllegalStateException("no process of " + function + " is to be seen in /proc"));
    }

    /** For the report: whether Java's processes start as the platform means them to; nothing for other runtimes. */
    String remark() {
        if (code != UploadedFunction.JAVA) {
            return "";
        }
        return command().usesClassArchive()
                ? String.format(Locale.ROOT, "  both with the platform's class archive%n")
                : String.format(Locale.ROOT, "  both without a class archive: this JDK made none%n");
    }

    /** Ends its environment by a change of its configuration; returns when no process of it is left. */
    void renew() {
        int timeout = TIMEOUT_SECONDS + ++renewals % 2;
        send("PUT", FUNCTIONS + "/" + function + "/configuration", new JsonObject().put("Timeout", timeout));
        awaitChange();
        Waiting.until("the processes of " + function + " to end", () -> !ProcessCommand.isAnyLiving(function));
    }

    private void create() {
        send(
                "POST",
                FUNCTIONS,
                new JsonObject()
                        .put("FunctionName", function)
                        .put("Runtime", code.runtime())
                        .put("Role", "arn:aws:iam::000000000000:role/any")
                        .put("Handler", code.handler())
                        .put("Timeout", TIMEOUT_SECONDS)
                        .put("MemorySize", MEMORY_MEGABYTES)
                        .put(
                                "Code",
                                new JsonObject()
                                        .put("ZipFile", Base64.getEncoder().encodeToString(code.zip()))));
        awaitChange();
    }

    /** A change is accepted before it is done. */
    private void awaitChange() {
        Waiting.until("the last change of " + function + " to be done", () -> {
            JsonObject now =
                    new JsonObject(send("GET", FUNCTIONS + "/" + function + "/configuration", new JsonObject()));
            return !"Pending".equals(now.getString("State")) && !"InProgress".equals(now.getString("LastUpdateStatus"));
        });
    }

    /** The first Java process may start before the class archive is there that the later ones use. */
    private void settle() {
        call();
        long deadline = System.nanoTime() + CLASS_ARCHIVE_LIMIT.toNanos();
        while (code == UploadedFunction.JAVA && !command().usesClassArchive() && System.nanoTime() - deadline < 0) {
            Pause.of(Duration.ofMillis(500));
            renew();
            call();
        }
    }

    private String send(String method, String path, JsonObject body) {
        URI url = URI.create(millrace.httpUrl().orElseThrow() + path);
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(Duration.ofSeconds(TimeUnit.MINUTES.toSeconds(1)))
                .method(method, HttpRequest.BodyPublishers.ofString(body.encode()))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        method + " " + path + " was answered " + answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path + " has no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during " + method + " " + path, e);
        }
    }

    @Override
    public void close() {
        millrace.close();
    }
}
