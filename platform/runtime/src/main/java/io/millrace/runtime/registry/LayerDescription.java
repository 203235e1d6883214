package io.millrace.runtime.registry;

import java.util.List;
import java.util.Optional;

/**
 * What a person says about a layer version; nothing is derived from it.
 *
 * @param description may be empty
 * @param licenseInfo name, address or text of a licence
 * @param compatibleRuntimes identifiers such as {@code python3.12}, at most 15
 * @param compatibleArchitectures {@code x86_64}, {@code arm64}
 */
public record LayerDescription(
        String description,
        Optional<String> licenseInfo,
        List<String> compatibleRuntimes,
        List<String> compatibleArchitectures) {

    public LayerDescription {
        compatibleRuntimes = List.copyOf(compatibleRuntimes);
        compatibleArchitectures = List.copyOf(compatibleArchitectures);
    }
}
