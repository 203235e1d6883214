package io.millrace.runtime.objects;

import io.millrace.runtime.config.CodeSettings.Credentials;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Of an S3-compatible server. */
final class S3Objects implements CodeObjects {
    private static final Duration SILENT = Duration.ofSeconds(30);
    private static final int WHOLE_MINUTES = 5;

    private final S3Server server;

    /** @param address without a path */
    S3Objects(Vertx vertx, URI address, Optional<Credentials> credentials, String region, InstantSource clock) {
        this.server = new S3Server(vertx, address, "code.s3", SILENT, credentials, region, clock);
    }

    @Override
    public Future<byte[]> read(ObjectName object, int limit) {
        String path = "/" + object.bucket() + "/" + ObjectPath.encoded(object.key(), true);
        String query = object.version()
                .map(version -> "versionId=" + ObjectPath.encoded(version, false))
                .orElse("");
        return server.request(HttpMethod.GET, path, query, Map.of())
                .compose(response -> server.content(response, limit))
                .timeout(WHOLE_MINUTES, TimeUnit.MINUTES)
                .recover(failure -> Future.failedFuture(server.told(failure)));
    }
}
