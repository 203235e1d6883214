package io.millrace.runtime.lambdaapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.runtime.registry.LayerDescription;
import io.millrace.runtime.registry.LayerVersion;
import io.millrace.runtime.registry.LayerVersionArn;
import java.util.List;

/** A layer version as the API shows it (lambda-semantics 5.4). */
final class LayerReply {
    private final LayerArns arns;

    LayerReply(LayerArns arns) {
        this.arns = arns;
    }

    /** With the address of its archive. */
    ObjectNode complete(Request request, LayerVersion version) {
        ObjectNode body = listed(version).put("LayerArn", arn(version).layerArn());
        body.putObject("Content")
                .put("Location", CodeDownloads.location(request, version.code()))
                .put("CodeSha256", Sha256.base64(version.code()))
                .put("CodeSize", version.code().size());
        return body;
    }

    ObjectNode listed(LayerVersion version) {
        LayerDescription about = version.about();
        ObjectNode body = Json.object();
        body.put("LayerVersionArn", arn(version).toString())
                .put("Version", version.number())
                .put("Description", about.description())
                .put("CreatedDate", ConfigurationReply.time(version.created()));
        about.licenseInfo().ifPresent(licence -> body.put("LicenseInfo", licence));
        put(body, "CompatibleRuntimes", about.compatibleRuntimes());
        put(body, "CompatibleArchitectures", about.compatibleArchitectures());
        return body;
    }

    /** A layer, by its newest version. */
    ObjectNode newest(LayerVersion version) {
        ObjectNode body = Json.object();
        body.put("LayerName", version.layer())
                .put("LayerArn", arn(version).layerArn())
                .set("LatestMatchingVersion", listed(version));
        return body;
    }

    private LayerVersionArn arn(LayerVersion version) {
        return arns.arn(version.layer(), version.number());
    }

    private static void put(ObjectNode body, String member, List<String> texts) {
        if (!texts.isEmpty()) {
            texts.forEach(body.putArray(member)::add);
        }
    }
}
