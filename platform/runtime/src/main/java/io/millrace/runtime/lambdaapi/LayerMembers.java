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

    /** @throws LambdaApiException if there is no archive in it, or too much */
    static LayerMembers read(Members members) {
        LayerDescription about = new LayerDescription(
                members.text("Description").orElse(""),
                members.text("LicenseInfo"),
                members.list("CompatibleRuntimes").orElse(List.of()),
                members.list("CompatibleArchitectures").orElse(List.of()));
        return new LayerMembers(
                about, UploadedCode.archive(members.object("Content").orElseThrow()));
    }
}
