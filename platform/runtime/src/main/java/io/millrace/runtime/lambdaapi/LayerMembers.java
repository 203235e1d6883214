package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.registry.LayerDescription;
import java.util.List;

/**
 * The body of PublishLayerVersion (lambda-semantics 5.4).
 *
 * @param archive a zip
 */
@SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
record LayerMembers(LayerDescription about, byte[] archive) {
    static final List<String> ARCHITECTURES = List.of("x86_64", "arm64");
    private static final int MOST_RUNTIMES = 15;

    /** @throws LambdaApiException for what is missing, malformed or out of range */
    static LayerMembers read(byte[] body) {
        Members members = new Members(Json.requireObject(body));
        LayerDescription about = new LayerDescription(
                members.text("Description").orElse(""),
                members.text("LicenseInfo"),
                members.list("CompatibleRuntimes").orElse(List.of()),
                members.list("CompatibleArchitectures").orElse(List.of()));
        Constraints constraints = new Constraints()
                .notNull("content", members.has("Content"))
                .length("description", about.description(), 0, 256)
                .listSize("compatibleRuntimes", about.compatibleRuntimes(), 0, MOST_RUNTIMES)
                .listOf("compatibleRuntimes", about.compatibleRuntimes(), Runtimes.KNOWN)
                .listSize("compatibleArchitectures", about.compatibleArchitectures(), 0, ARCHITECTURES.size())
                .listOf("compatibleArchitectures", about.compatibleArchitectures(), ARCHITECTURES);
        about.licenseInfo().ifPresent(text -> constraints.length("licenseInfo", text, 0, 512));
        constraints.check();
        return new LayerMembers(
                about, UploadedCode.archive(members.object("Content").orElseThrow()));
    }
}
