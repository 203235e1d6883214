package io.millrace.runtime.lambdaapi;

import io.millrace.runtime.registry.LayerDescription;
import java.util.List;

/** The body of PublishLayerVersion, without its archive (lambda-semantics 5.4). */
final class LayerMembers {
    private LayerMembers() {}

    static LayerDescription read(Members members) {
        return new LayerDescription(
                members.text("Description").orElse(""),
                members.text("LicenseInfo"),
                members.list("CompatibleRuntimes").orElse(List.of()),
                members.list("CompatibleArchitectures").orElse(List.of()));
    }
}
