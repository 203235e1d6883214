package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.core.invocation.Invocation;
import io.millrace.core.invocation.StoredPayload;
import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.RequestSigner;
import io.millrace.runtime.access.Role;
import io.millrace.runtime.dispatch.Invoker;
import io.millrace.runtime.lambdaapi.Door.Answer;
import io.vertx.core.Promise;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is above the limits, where the directory for it takes some; with limits that a test reaches quickly. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class LargeBodiesTest {
    private static final int LIMIT = 1_000;
    private static final int LARGEST = 300_000;
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");
    private static final String INVOKE = "/2015-03-31/functions/orders/invocations";

    private final Path payloads;
    private final Door door;

    LargeBodiesTest(@TempDir Path data) {
        this.payloads = data.resolve("payloads");
        this.door = new Door(
                        data,
                        InstantSource.fixed(NOW),
                        "limits.eventBytes=" + LIMIT,
                        "limits.requestBytes=" + LIMIT,
                        "payloads.maxBytes=" + LARGEST)
                .with("orders");
    }

    @AfterEach
    void close() {
        door.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void an_event_above_the_limit_is_in_a_file_when_it_is_published(boolean announced) throws IOException {
        // Given
        byte[] body = body(LARGEST);
        // When
        Answer answer = send("Event", announced, body, Map.of());
        // Then
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        Invocation published = door.invoker.published.get(0);
        StoredPayload stored = StoredPayload.of(published).orElseThrow();
        assertThat(stored).isEqualTo(new StoredPayload(published.id(), LARGEST, sha256(body)));
        assertThat(stored.isMeantBy(published.payload())).isTrue();
        assertThat(payloads.resolve(stored.name())).hasBinaryContent(body);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_fits_stays_in_memory_and_has_to_be_JSON(boolean announced) throws IOException {
        assertThat(send("Event", announced, json(LIMIT), Map.of()).status()).isEqualTo(202);
        assertThat(send("Event", announced, body(LIMIT), Map.of()).status()).isEqualTo(400);

        assertThat(door.invoker.published).singleElement().satisfies(event -> {
            assertThat(event.payload()).isEqualTo(json(LIMIT));
            assertThat(StoredPayload.of(event)).isEmpty();
        });
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_is_above_all_limits_gets_Lambdas_error_and_leaves_nothing(boolean announced) {
        Answer answer = send("Event", announced, body(LARGEST + 1), Map.of());

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.body())
                .contains("Request must be smaller than " + LARGEST + " bytes for the InvokeFunction operation");
        assertThat(door.invoker.published).isEmpty();
        eventuallyEmpty();
    }

    @Test
    void a_call_has_its_file_until_it_is_answered() throws IOException {
        // Given
        Promise<Invoker.Answer> running = Promise.promise();
        door.invoker.answer = running.future();
        // When
        CompletableFuture<Answer> answer =
                CompletableFuture.supplyAsync(() -> send("RequestResponse", true, body(LARGEST), Map.of()));
        await().atMost(60, TimeUnit.SECONDS).until(() -> !door.invoker.called.isEmpty());
        List<Path> meanwhile = files();
        RecordingInvoker.succeeded("1").onComplete(running);
        // Then
        assertThat(meanwhile).hasSize(1);
        assertThat(answer.join().status()).isEqualTo(200);
        eventuallyEmpty();
    }

    @Test
    void a_signature_is_judged_by_the_hash_of_the_file_and_whoever_is_refused_leaves_none() throws IOException {
        // Given
        AccessKey key = door.access.keys().create("root", Role.named("admin"));
        byte[] body = body(LARGEST);
        byte[] other = body.clone();
        other[LARGEST / 2]++;
        // When
        Answer accepted = send("Event", true, body, signature(INVOKE, key, body));
        Answer changed = send("Event", true, other, signature(INVOKE, key, body));
        Answer unsigned = send("Event", true, body, Map.of());
        // Then
        assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
        assertThat(changed.status()).isEqualTo(403);
        assertThat(unsigned.status()).isEqualTo(403);
        await().atMost(60, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(files()).hasSize(1));
        assertThat(payloads.resolve(door.invoker.published.get(0).id())).hasBinaryContent(body);
    }

    @Test
    void a_signed_call_of_nobody_leaves_no_file() {
        AccessKey key = door.access.keys().create("root", Role.named("admin"));
        byte[] body = body(LARGEST);
        String nobody = INVOKE.replace("orders", "nobody");

        Answer answer = send(nobody, "Event", true, body, signature(nobody, key, body));

        assertThat(answer.status()).as(answer.body()).isEqualTo(404);
        eventuallyEmpty();
    }

    private void eventuallyEmpty() {
        await().atMost(60, TimeUnit.SECONDS)
                .untilAsserted(() -> assertThat(files()).isEmpty());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(payloads)) {
            return files.toList();
        }
    }

    /** Not JSON. */
    private static byte[] body(int bytes) {
        byte[] body = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            body[i] = (byte) (i * 31 + i / 256);
        }
        return body;
    }

    private static String sha256(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }

    private static byte[] json(int bytes) {
        return ('"' + "x".repeat(bytes - 2) + '"').getBytes(StandardCharsets.UTF_8);
    }

    private Map<String, String> signature(String path, AccessKey key, byte[] body) {
        return new RequestSigner(key.id(), key.secret(), "us-east-1", InstantSource.fixed(NOW))
                .sign("lambda", "POST", address(path), Map.of("X-Amz-Invocation-Type", "Event"), body);
    }

    private URI address(String path) {
        return URI.create("http://127.0.0.1:" + door.port + path);
    }

    private Answer send(String type, boolean announced, byte[] body, Map<String, String> headers) {
        return send(INVOKE, type, announced, body, headers);
    }

    private Answer send(String path, String type, boolean announced, byte[] body, Map<String, String> headers) {
        BodyPublisher publisher = announced
                ? BodyPublishers.ofByteArray(body)
                : BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
        HttpRequest.Builder request = HttpRequest.newBuilder(address(path))
                .header("X-Amz-Invocation-Type", type)
                .POST(publisher);
        headers.forEach(request::header);
        return door.send(request);
    }
}
