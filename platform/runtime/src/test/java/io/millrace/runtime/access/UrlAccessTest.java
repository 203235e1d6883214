package io.millrace.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.core.function.FunctionArn;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.config.Settings;
import io.millrace.runtime.registry.DocumentKind;
import io.millrace.runtime.registry.FunctionRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayNameGeneration(ReplaceUnderscores.class)
class UrlAccessTest {
    private static final FunctionArn ORDERS = FunctionArn.of("us-east-1", "000000000000", new FunctionName("orders"));

    private final Vertx vertx = Vertx.vertx();
    private final FunctionRegistry registry;
    private final AccessControl access;
    private final URI address;
    private final HttpClient client = HttpClient.newHttpClient();
    private volatile FunctionArn function = ORDERS;
    private volatile boolean byIam;

    UrlAccessTest(@TempDir Path data) throws TimeoutException {
        this.registry = FunctionRegistry.open(data);
        this.access =
                new AccessControl(registry.documents(), Settings.defaults().identity(), InstantSource.system());
        UrlAccess urls = access.ofUrls();
        HttpServer server = vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> request.response()
                        .end(text(urls.admit(request, body.getBytes(), function, byIam)))))
                .listen(0, "127.0.0.1")
                .await(30, TimeUnit.SECONDS);
        this.address = URI.create("http://127.0.0.1:" + server.actualPort() + "/some/path?x=1");
    }

    @AfterEach
    void close() throws TimeoutException {
        vertx.close().await(30, TimeUnit.SECONDS);
        registry.close();
    }

    private static String text(Optional<UrlCaller> caller) {
        return caller.map(known -> known.account() + " " + known.accessKey() + " " + known.userArn())
                .orElse("refused");
    }

    private String unsigned() throws IOException, InterruptedException {
        return send(Map.of());
    }

    private String signed(AccessKey key) throws IOException, InterruptedException {
        RequestSigner signer = new RequestSigner(key.id(), key.secret(), "us-east-1", InstantSource.system());
        return send(signer.sign("lambda", "POST", address, Map.of(), "b".getBytes(StandardCharsets.UTF_8)));
    }

    private String send(Map<String, String> headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .version(HttpClient.Version.HTTP_1_1)
                .POST(BodyPublishers.ofString("b"));
        headers.forEach(request::header);
        return client.send(request.build(), BodyHandlers.ofString()).body();
    }

    private void permit(String qualifier, String principal, String authType) {
        ObjectNode statement =
                JsonNodeFactory.instance.objectNode().put("Sid", "url").put("Action", "lambda:InvokeFunctionUrl");
        if (principal.equals("*")) {
            statement.put("Principal", principal);
        } else {
            statement.putObject("Principal").put("AWS", principal);
        }
        statement.putObject("Condition").putObject("StringEquals").put("lambda:FunctionUrlAuthType", authType);
        ObjectNode policy = JsonNodeFactory.instance.objectNode();
        policy.putArray("Statement").add(statement);
        registry.documents().change(DocumentKind.POLICY, "orders", qualifier, before -> Optional.of(policy));
    }

    @Test
    void an_open_address_lets_everybody_in_only_by_its_policy() throws Exception {
        assertThat(unsigned()).isEqualTo("refused");
        permit("$LATEST", "*", "AWS_IAM");
        assertThat(unsigned()).isEqualTo("refused");
        permit("$LATEST", "arn:aws:iam::000000000000:user/ann", "NONE");
        assertThat(unsigned()).isEqualTo("refused");
        permit("$LATEST", "*", "NONE");
        assertThat(unsigned()).isEqualTo("anonymous  ");

        function = ORDERS.withQualifier("live");
        assertThat(unsigned()).isEqualTo("refused");
        permit("live", "*", "NONE");
        assertThat(unsigned()).isEqualTo("anonymous  ");
    }

    @Test
    void an_address_by_IAM_lets_in_who_signs_and_may() throws Exception {
        byIam = true;
        assertThat(unsigned()).as("without keys").isEqualTo("000000000000  ");
        AccessKey caller = access.keys().create("ann", Role.named("invoker:ord*"));
        AccessKey other = access.keys().create("bob", Role.named("invoker:stock"));
        String ann = "000000000000 " + caller.id() + " arn:aws:iam::000000000000:user/ann";

        assertThat(signed(caller)).isEqualTo(ann);
        assertThat(unsigned()).isEqualTo("refused");
        assertThat(signed(other)).isEqualTo("refused");
        permit("$LATEST", "arn:aws:iam::000000000000:user/bob", "NONE");
        assertThat(signed(other)).isEqualTo("refused");
        permit("$LATEST", "arn:aws:iam::000000000000:user/bob", "AWS_IAM");
        assertThat(signed(other)).startsWith("000000000000 " + other.id());
        assertThat(signed(new AccessKey(caller.id(), "wrong", "ann", caller.role(), caller.created())))
                .isEqualTo("refused");
    }
}
