package io.millrace.runtime.registry;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The layers of this node (lambda-semantics 5.4). Thread-safe. {@link #publish} and {@link #delete} block on the disk
 * and must not be called on an event loop; all else reads from memory.
 */
public interface LayerAdministration {

    /**
     * Stores the archive under the layer's next number; makes the layer where there is none of that name. The same
     * archive again makes another version.
     *
     * @throws FunctionAdministrationException.InvalidCode if the archive is no usable zip
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    LayerVersion publish(String layer, LayerDescription about, byte[] archive, Instant now);

    /** Empty for one that was deleted. */
    Optional<LayerVersion> find(String layer, int number);

    /** Newest first, without deleted ones. */
    List<LayerVersion> versions(String layer);

    /** The newest version of every layer that has one, ordered by name. */
    List<LayerVersion> newest();

    /**
     * Hides the version; functions that use it go on working. One that does not exist counts as deleted.
     *
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    void delete(String layer, int number);

    /** Deleted ones included; empty for an ARN of what was never published here. */
    Optional<LayerVersion> published(String arn);

    /**
     * The archives of layer versions, deleted ones included, in the same order.
     *
     * @param arns as a function's configuration has them
     * @throws IllegalArgumentException for an ARN of what was never published here
     */
    List<Path> layerFiles(List<String> arns);
}
