package io.millrace.runtime.lambdaapi;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.access.AccessKey;
import io.millrace.runtime.access.Permission;
import io.millrace.runtime.access.RequestSigner;
import io.millrace.runtime.access.Role;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** The door with keys, and the vendor's own signer before it. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class SignaturesTest {
    private static final String ORDERS = "/2015-03-31/functions/orders";
    private static final String INVOKE = ORDERS + "/invocations";
    private static final String MISMATCH = "403 InvalidSignatureException {\"message\":\"The request signature we"
            + " calculated does not match the signature you provided. Check your AWS Secret Access Key and signing"
            + " method. Consult the service documentation for details.\"}";
    private static final Instant NOW = Instant.parse("2026-01-01T00:10:00Z");

    private final Door door;
    private final AccessKey admin;

    SignaturesTest(@TempDir Path data) {
        this.door = new Door(data, InstantSource.fixed(NOW)).with("orders").with("stock");
        this.admin = key("root", Role.named("admin"));
    }

    @AfterEach
    void close() {
        door.close();
    }

    private AccessKey key(String user, Role role) {
        return door.access.keys().create(user, role);
    }

    /** What a client of AWS would send. */
    private final class Call {
        private final String method;
        private final String path;
        private String body = "";
        private AwsCredentialsIdentity identity;
        private Instant time = NOW;
        private String service = "lambda";
        private String region = "us-east-1";
        private boolean presigned;
        private Map<String, String> headers = Map.of();

        Call(String method, String path, AccessKey key) {
            this.method = method;
            this.path = path;
            this.identity = AwsCredentialsIdentity.create(key.id(), key.secret());
        }

        Call body(String text) {
            body = text;
            return this;
        }

        Call as(AwsCredentialsIdentity other) {
            identity = other;
            return this;
        }

        Call at(Instant instant) {
            time = instant;
            return this;
        }

        Call scope(String otherRegion, String otherService) {
            region = otherRegion;
            service = otherService;
            return this;
        }

        Call presigned() {
            presigned = true;
            return this;
        }

        Call header(String name, String value) {
            headers = Map.of(name, value);
            return this;
        }

        HttpRequest.Builder signed() {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            SdkHttpRequest.Builder plain = SdkHttpRequest.builder()
                    .uri(URI.create("http://127.0.0.1:" + door.port + path))
                    .method(SdkHttpMethod.fromValue(method));
            headers.forEach(plain::putHeader);
            SdkHttpRequest signed = AwsV4HttpSigner.create()
                    .sign(request -> {
                        request.identity(identity)
                                .request(plain.build())
                                .payload(ContentStreamProvider.fromByteArray(bytes))
                                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, service)
                                .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                                .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(time, ZoneOffset.UTC));
                        if (presigned) {
                            request.putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                                    .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, Duration.ofMinutes(30));
                        }
                    })
                    .request();
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(signed.getUri()).method(method, BodyPublishers.ofString(body));
            signed.headers().forEach((name, values) -> {
                if (!name.equalsIgnoreCase("Host") && !name.equalsIgnoreCase("Content-Length")) {
                    values.forEach(value -> request.header(name, value));
                }
            });
            return request;
        }

        Door.Answer send() {
            return door.send(signed());
        }
    }

    private Call invoke(AccessKey key) {
        return new Call("POST", INVOKE, key).body("{\"id\":1}");
    }

    @Test
    void the_right_key_is_let_in_and_the_function_called() {
        assertThat(invoke(admin).send().status()).isEqualTo(200);
        assertThat(invoke(admin).header("X-Amz-Invocation-Type", "Event").send().status())
                .isEqualTo(202);
        assertThat(new Call("GET", ORDERS + "?Qualifier=%24LATEST", admin)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void an_encoded_arn_in_the_path_is_verified_as_clients_sign_it() {
        String arn = (Door.ARN + "orders").replace(":", "%3A");

        assertThat(new Call("GET", "/2015-03-31/functions/" + arn, admin).send().status())
                .isEqualTo(200);
        assertThat(new Call("GET", "/2015-03-31/functions/" + Door.ARN + "orders", admin)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_request_without_a_hash_of_the_body_is_verified_by_the_body() {
        RequestSigner signer = new RequestSigner(admin.id(), admin.secret(), "us-east-1", InstantSource.fixed(NOW));
        byte[] body = "{\"id\":1}".getBytes(StandardCharsets.UTF_8);
        URI uri = URI.create("http://127.0.0.1:" + door.port + INVOKE);
        Map<String, String> added = signer.sign("lambda", "POST", uri, Map.of(), body);

        assertThat(door.invoke("orders", "{\"id\":1}", flat(added)).status()).isEqualTo(200);
        assertThat(door.invoke("orders", "{\"id\":2}", flat(added)).refusal()).isEqualTo(MISMATCH);
    }

    private static String[] flat(Map<String, String> headers) {
        return headers.entrySet().stream()
                .flatMap(each -> List.of(each.getKey(), each.getValue()).stream())
                .toArray(String[]::new);
    }

    @Test
    void nobody_gets_in_without_a_key_of_the_server() {
        String unknown =
                "403 UnrecognizedClientException {\"message\":\"The security token included in the request is invalid.\"}";

        assertThat(door.invoke("orders", "{}").refusal())
                .isEqualTo("403 MissingAuthenticationTokenException {\"message\":\"Missing Authentication Token\"}");
        assertThat(invoke(admin)
                        .as(AwsCredentialsIdentity.create("AKIAUNKNOWN", admin.secret()))
                        .send()
                        .refusal())
                .isEqualTo(unknown);
        assertThat(invoke(admin)
                        .as(AwsSessionCredentialsIdentity.create(admin.id(), admin.secret(), "token"))
                        .send()
                        .refusal())
                .isEqualTo(unknown);
        assertThat(invoke(admin)
                        .as(AwsCredentialsIdentity.create(admin.id(), "other"))
                        .send()
                        .refusal())
                .isEqualTo(MISMATCH);
        assertThat(door.invoke("orders", "{}", "Authorization", "Bearer x").refusal())
                .startsWith("403 IncompleteSignatureException ");
        assertThat(door.invoke("orders", "{}", "Authorization", "AWS4-HMAC-SHA256 Credential=a/b")
                        .refusal())
                .startsWith("403 IncompleteSignatureException ");
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void a_signature_counts_for_five_minutes_around_its_time() {
        assertThat(invoke(admin).at(NOW.minusSeconds(300)).send().status()).isEqualTo(200);
        assertThat(invoke(admin).at(NOW.plusSeconds(300)).send().status()).isEqualTo(200);
        assertThat(invoke(admin).at(NOW.minusSeconds(600)).send().refusal())
                .isEqualTo("403 InvalidSignatureException {\"message\":\"Signature expired: 20260101T000000Z is now"
                        + " earlier than 20260101T000500Z (20260101T001000Z - 5 min.)\"}");
        assertThat(invoke(admin).at(NOW.plusSeconds(301)).send().refusal())
                .isEqualTo("403 InvalidSignatureException {\"message\":\"Signature not yet current: 20260101T001501Z is"
                        + " still later than 20260101T001500Z (20260101T001000Z + 5 min.)\"}");
    }

    @Test
    void a_signature_counts_for_its_region_and_service_only() {
        assertThat(invoke(admin).scope("eu-west-1", "lambda").send().refusal())
                .contains("Credential should be scoped to a valid region, not 'eu-west-1'; here it is 'us-east-1'.");
        assertThat(invoke(admin).scope("us-east-1", "s3").send().refusal())
                .contains("Credential should be scoped to correct service: 'lambda'.");
    }

    @Test
    void what_was_signed_cannot_be_changed_on_the_way() {
        HttpRequest signed = invoke(admin).signed().build();

        assertThat(door.send(HttpRequest.newBuilder(signed, (name, value) -> true)
                                .POST(BodyPublishers.ofString("{\"id\":2}")))
                        .refusal())
                .contains("The provided 'x-amz-content-sha256' header does not match what was computed.");
        assertThat(door.send(HttpRequest.newBuilder(signed, (name, value) -> true)
                                .uri(URI.create(signed.uri().toString().replace("orders", "stock"))))
                        .refusal())
                .isEqualTo(MISMATCH);
        assertThat(door.send(HttpRequest.newBuilder(signed, (name, value) -> true)
                                .uri(URI.create(signed.uri() + "?Qualifier=1")))
                        .refusal())
                .isEqualTo(MISMATCH);
        assertThat(door.send(HttpRequest.newBuilder(signed, (name, value) -> true)
                                .header("X-Amz-Invocation-Type", "Event"))
                        .refusal())
                .contains("'x-amz-invocation-type' must be a 'SignedHeader' in the AWS Authorization.");
        assertThat(door.invoker.called).isEmpty();
    }

    @Test
    void a_body_that_is_not_signed_is_refused_in_clear_words() {
        for (String hash : List.of("UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")) {
            HttpRequest signed = invoke(admin).signed().build();
            HttpRequest other = HttpRequest.newBuilder(
                            signed, (name, value) -> !name.equalsIgnoreCase("x-amz-content-sha256"))
                    .header("x-amz-content-sha256", hash)
                    .build();

            assertThat(door.send(HttpRequest.newBuilder(other, (name, value) -> true))
                            .refusal())
                    .contains("x-amz-content-sha256 is '" + hash + "', which is not supported");
        }
    }

    @Test
    void a_presigned_address_works_until_it_expires() {
        assertThat(new Call("GET", ORDERS, admin).presigned().send().status()).isEqualTo(200);
        assertThat(new Call("GET", ORDERS, admin)
                        .presigned()
                        .at(NOW.minus(Duration.ofMinutes(29)))
                        .send()
                        .status())
                .isEqualTo(200);
        assertThat(new Call("GET", ORDERS, admin)
                        .presigned()
                        .at(NOW.minus(Duration.ofMinutes(31)))
                        .send()
                        .refusal())
                .contains("Signature expired: 20251231T233900Z is now earlier than 20251231T234000Z"
                        + " (20260101T001000Z - 30 min.)");
        HttpRequest stock = HttpRequest.newBuilder(URI.create(new Call("GET", ORDERS, admin)
                        .presigned()
                        .signed()
                        .build()
                        .uri()
                        .toString()
                        .replace("orders", "stock")))
                .build();
        assertThat(door.send(HttpRequest.newBuilder(stock, (name, value) -> true))
                        .refusal())
                .isEqualTo(MISMATCH);
    }

    @Test
    void a_key_may_do_what_its_role_says_and_learns_nothing_else() {
        AccessKey invoker = key("worker", Role.named("invoker:ord*"));

        assertThat(invoke(invoker).send().status()).isEqualTo(200);
        assertThat(new Call("POST", "/2015-03-31/functions/orders%3A%24LATEST/invocations", invoker)
                        .send()
                        .status())
                .isEqualTo(200);
        for (String function : List.of("stock", "missing")) {
            assertThat(new Call("POST", "/2015-03-31/functions/" + function + "/invocations", invoker)
                            .send()
                            .refusal())
                    .isEqualTo(denied("lambda:InvokeFunction", Door.ARN + function));
        }
        assertThat(new Call("GET", ORDERS, invoker).send().refusal())
                .isEqualTo(denied("lambda:GetFunction", Door.ARN + "orders"));
        assertThat(new Call("GET", "/2015-03-31/functions/", invoker).send().refusal())
                .isEqualTo(denied("lambda:ListFunctions", "*"));
        assertThat(new Call("POST", "/2015-03-31/functions", invoker)
                        .body(Door.creation("fresh"))
                        .send()
                        .refusal())
                .isEqualTo(denied("lambda:CreateFunction", Door.ARN + "fresh"));
        assertThat(new Call("GET", "/_millrace/stats", invoker).send().refusal())
                .isEqualTo(denied("millrace:GetStats", "*"));
        assertThat(new Call("GET", "/_millrace/keys", invoker).send().refusal())
                .isEqualTo(denied("millrace:ListKeys", "*"));
    }

    private static String denied(String action, String resource) {
        return "403 AccessDeniedException {\"Message\":\"User: arn:aws:iam::000000000000:user/worker is not authorized"
                + " to perform: " + action + " on resource: " + resource
                + " because no identity-based policy allows the " + action + " action\"}";
    }

    @Test
    void a_policy_of_a_function_lets_a_user_in_that_has_no_such_permission() {
        AccessKey other = key("worker", Role.named("invoker:nothing"));
        assertThat(invoke(other).send().status()).isEqualTo(403);

        assertThat(permit("arn:aws:iam::000000000000:user/somebody").status()).isEqualTo(201);
        assertThat(invoke(other).send().status()).isEqualTo(403);
        assertThat(permit("000000000000").status()).isEqualTo(201);
        assertThat(invoke(other).send().status()).isEqualTo(403);
        assertThat(permit("events.amazonaws.com").status()).isEqualTo(201);
        assertThat(invoke(other).send().status()).isEqualTo(403);
        assertThat(permit("arn:aws:iam::000000000000:user/worker").status()).isEqualTo(201);

        assertThat(invoke(other).send().status()).isEqualTo(200);
        assertThat(new Call("GET", ORDERS, other).send().status()).isEqualTo(403);
        assertThat(new Call("POST", INVOKE + "?Qualifier=%24LATEST", other)
                        .send()
                        .status())
                .isEqualTo(200);
    }

    private Door.Answer permit(String principal) {
        String sid = principal.replaceAll("[^a-z0-9]", "-");
        return new Call("POST", ORDERS + "/policy", admin)
                .body("{\"StatementId\":\"%s\",\"Action\":\"lambda:InvokeFunction\",\"Principal\":\"%s\"}"
                        .formatted(sid, principal))
                .send();
    }

    @Test
    void a_queue_is_not_reached_by_way_of_a_function() {
        Role role = Role.custom(List.of(new Permission(List.of("*"), List.of("orders", "queue:mine"))));
        AccessKey owner = key("worker", role);
        String config = "{\"DestinationConfig\":{\"OnFailure\":{\"Destination\":\"%s\"}}}";
        String path = "/2019-09-25/functions/orders/event-invoke-config";

        String mine = "arn:aws:sqs:us-east-1:000000000000:mine";
        assertThat(new Call("PUT", path, owner)
                        .body(config.formatted(mine))
                        .send()
                        .status())
                .isEqualTo(200);
        String yours = "arn:aws:sqs:us-east-1:000000000000:yours";
        assertThat(new Call("PUT", path, owner)
                        .body(config.formatted(yours))
                        .send()
                        .refusal())
                .isEqualTo(denied("millrace:Publish", yours));
        assertThat(new Call("PUT", path, owner)
                        .body(config.formatted(Door.ARN + "stock"))
                        .send()
                        .refusal())
                .isEqualTo(denied("lambda:InvokeFunction", Door.ARN + "stock"));
    }

    @Test
    void code_is_fetched_with_the_address_that_was_given_or_a_key() {
        String location = new Call("GET", ORDERS, admin)
                .send()
                .json()
                .at("/Code/Location")
                .asText();
        URI uri = URI.create(location);

        assertThat(door.get(uri.getRawPath() + "?" + uri.getRawQuery()).status())
                .isEqualTo(200);
        assertThat(door.get(uri.getRawPath()).status()).isEqualTo(403);
        assertThat(door.get(uri.getRawPath() + "?Expires=99999999999&Token=abc").status())
                .isEqualTo(403);
        assertThat(new Call("GET", uri.getRawPath(), admin).send().status()).isEqualTo(200);
    }

    @Test
    void keys_are_made_listed_without_their_secrets_and_deleted_but_for_the_last() {
        Door.Answer created = new Call("POST", "/_millrace/keys", admin)
                .body("{\"User\":\"ci\",\"Role\":\"invoker:orders\"}")
                .send();
        assertThat(created.status()).isEqualTo(201);
        String id = created.json().get("AccessKeyId").asText();
        assertThat(id).matches("AKIA[A-Z2-7]{16}");
        assertThat(created.json().get("SecretAccessKey").asText()).hasSize(40);

        String list = new Call("GET", "/_millrace/keys", admin).send().body();
        assertThat(list).contains(id, admin.id()).doesNotContain("ecret");
        assertThat(new Call("DELETE", "/_millrace/keys/" + id, admin).send().status())
                .isEqualTo(204);
        assertThat(new Call("DELETE", "/_millrace/keys/" + id, admin).send().status())
                .isEqualTo(404);
        assertThat(new Call("DELETE", "/_millrace/keys/" + admin.id(), admin)
                        .send()
                        .refusal())
                .startsWith("409 ResourceConflictException ");
        assertThat(new Call("POST", "/_millrace/keys", admin)
                        .body("{\"User\":\"c i\",\"Role\":\"admin\"}")
                        .send()
                        .refusal())
                .contains("user is 'c i', expected 1 to 64 of letters");
        assertThat(new Call("POST", "/_millrace/keys", admin)
                        .body("{\"User\":\"ci\"}")
                        .send()
                        .refusal())
                .contains("expected either Role, a text, or Statements, a list");
    }

    @Test
    void health_stays_open_and_a_server_that_requires_keys_admits_nobody_without_one() {
        assertThat(door.get("/_millrace/health").status()).isEqualTo(200);
        assertThat(door.access.keys().delete(admin.id(), true)).isPresent();
        assertThat(door.invoke("orders", "{}").status()).isEqualTo(200);

        door.access.requireKeys();

        assertThat(door.invoke("orders", "{}").status()).isEqualTo(403);
        assertThat(invoke(admin).send().refusal()).contains("UnrecognizedClientException");
    }

    @Test
    void a_large_body_is_verified_too() {
        String large = "\"" + "x".repeat(1_000_000) + "\"";

        assertThat(invoke(admin).body(large).send().status()).isEqualTo(200);
        assertThat(invoke(admin)
                        .body("\"" + "x".repeat(7_000_000) + "\"")
                        .send()
                        .refusal())
                .contains("RequestEntityTooLargeException");
    }
}
