package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.CodeReference;
import io.millrace.runtime.registry.FunctionAdministration;
import io.millrace.runtime.registry.LayerAdministration;
import io.millrace.runtime.registry.LayerVersion;
import io.millrace.runtime.registry.PublishedVersion;
import io.vertx.core.Future;
import java.util.stream.Stream;

/** What the account may use and uses (lambda-semantics 4.2). */
final class AccountSettings {
    /** Told for clients that read it; the disk is the limit here. */
    private static final long TOTAL_CODE_BYTES = 80_530_636_800L;

    private static final String MEMBER = "ConcurrentExecutions";
    private static final int HIGHEST = 1_000_000;
    private static final long UNZIPPED_BYTES = 262_144_000;

    private final FunctionAdministration functions;
    private final LayerAdministration layers;

    AccountSettings(FunctionAdministration functions, LayerAdministration layers) {
        this.functions = functions;
        this.layers = layers;
    }

    Future<Reply> show(Request request) {
        ObjectNode body = Json.object();
        body.putObject("AccountLimit")
                .put("TotalCodeSize", TOTAL_CODE_BYTES)
                .put("CodeSizeUnzipped", UNZIPPED_BYTES)
                .put("CodeSizeZipped", RequestLimits.ZIPPED_BYTES)
                .put(MEMBER, functions.accountConcurrency())
                .put("UnreservedConcurrentExecutions", functions.unreservedConcurrency());
        body.putObject("AccountUsage")
                .put("TotalCodeSize", codeBytes())
                .put("FunctionCount", functions.all().size());
        return Future.succeededFuture(Reply.json(200, body));
    }

    /** Lambda's is changed by Service Quotas; here until the next start, where concurrency.account counts again. */
    Future<Reply> resize(Request request) {
        return ControlBody.read(request, "ResizeAccount")
                .map(AccountSettings::permits)
                .compose(permits -> {
                    functions.resizeAccount(permits);
                    return show(request);
                });
    }

    private static int permits(byte[] body) {
        Members members = new Members(Json.requireObject(body));
        Constraints constraints = new Constraints().notNull("concurrentExecutions", members.has(MEMBER));
        members.integer(MEMBER).ifPresent(permits -> constraints.between("concurrentExecutions", permits, 1, HIGHEST));
        constraints.check();
        return members.integer(MEMBER).orElseThrow();
    }

    private long codeBytes() {
        Stream<CodeReference> ofFunctions = functions.all().stream().flatMap(function -> function.code().stream());
        Stream<CodeReference> ofVersions = functions.all().stream()
                .flatMap(function -> function.published().versions().values().stream())
                .map(PublishedVersion::code);
        Stream<CodeReference> ofLayers = layers.newest().stream()
                .flatMap(newest -> layers.versions(newest.layer()).stream())
                .map(LayerVersion::code);
        return Stream.of(ofFunctions, ofVersions, ofLayers)
                .flatMap(codes -> codes)
                .mapToLong(CodeReference::size)
                .sum();
    }
}
