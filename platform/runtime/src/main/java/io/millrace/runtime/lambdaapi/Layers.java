package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.lambdaapi.LambdaApiException.ResourceNotFoundException;
import io.millrace.runtime.registry.LayerAdministration;
import io.millrace.runtime.registry.LayerDescription;
import io.millrace.runtime.registry.LayerVersion;
import io.millrace.runtime.registry.LayerVersionArn;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Archives that functions share (lambda-semantics 5.4). */
final class Layers {

    private final LayerAdministration layers;
    private final LayerArns arns;
    private final LayerReply replies;
    private final UploadedCode uploads;
    private final Clock clock;

    Layers(LayerAdministration layers, LayerArns arns, UploadedCode uploads, Clock clock) {
        this.layers = layers;
        this.arns = arns;
        this.replies = new LayerReply(arns);
        this.uploads = uploads;
        this.clock = clock;
    }

    Future<Reply> publish(Request request) {
        String layer = layer(request);
        Members members = request.members();
        LayerDescription about = LayerMembers.read(members);
        return uploads.archive(request, members.object("Content").orElseThrow())
                .compose(archive -> request.blocking(() -> publish(layer, about, archive)))
                .map(published -> Reply.json(201, replies.complete(request, published)));
    }

    private LayerVersion publish(String layer, LayerDescription about, byte[] archive) {
        // The database keeps milliseconds.
        return layers.publish(layer, about, archive, Instant.ofEpochMilli(clock.millis()));
    }

    Future<Reply> show(Request request) {
        return shown(request, layer(request), number(request));
    }

    Future<Reply> delete(Request request) {
        String layer = layer(request);
        int number = number(request);
        return request.blocking(() -> {
                    layers.delete(layer, number);
                    return layer;
                })
                .map(deleted -> Reply.empty(204));
    }

    /** Newest first. */
    Future<Reply> listVersions(Request request) {
        Predicate<LayerVersion> filter = filter(request);
        List<LayerVersion> versions =
                layers.versions(layer(request)).stream().filter(filter).toList();
        return Future.succeededFuture(
                Page.of(request, versions, version -> Page.key(Integer.MAX_VALUE - version.number()))
                        .reply("LayerVersions", replies::listed));
    }

    /** The newest version of each. */
    Future<Reply> list(Request request) {
        Predicate<LayerVersion> filter = filter(request);
        List<LayerVersion> newest = layers.newest().stream()
                .flatMap(version ->
                        layers.versions(version.layer()).stream().filter(filter).limit(1))
                .toList();
        return Future.succeededFuture(
                Page.of(request, newest, LayerVersion::layer).reply("Layers", replies::newest));
    }

    Future<Reply> showByArn(Request request) {
        String text = request.query("Arn").orElseThrow();
        LayerVersionArn arn = LayerVersionArn.parse(text).orElseThrow(Layers::notFound);
        arns.requireReachable(arn);
        return shown(request, arn.layer(), arn.number());
    }

    private Future<Reply> shown(Request request, String layer, int number) {
        LayerVersion version = layers.find(layer, number).orElseThrow(Layers::notFound);
        return Future.succeededFuture(Reply.json(200, replies.complete(request, version)));
    }

    private static Predicate<LayerVersion> filter(Request request) {
        Optional<String> runtime = request.query("CompatibleRuntime");
        Optional<String> architecture = request.query("CompatibleArchitecture");
        return version ->
                (runtime.isEmpty() || version.about().compatibleRuntimes().contains(runtime.get()))
                        && (architecture.isEmpty()
                                || version.about().compatibleArchitectures().contains(architecture.get()));
    }

    private String layer(Request request) {
        return arns.layer(request);
    }

    private static int number(Request request) {
        return LayerArns.number(request);
    }

    private static ResourceNotFoundException notFound() {
        return LayerArns.notFound();
    }
}
