package io.millrace.runtime.registry;

import io.millrace.core.scaling.ScalableResource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/** The scalable targets in the registry's database, all of them in memory too. Thread-safe. */
public final class ScalingShelf {
    private final RegistryDatabase database;
    private final ConcurrentSkipListMap<ScalableResource, ScalableTarget> targets = new ConcurrentSkipListMap<>();

    /** @throws RegistryUnavailableException when the database cannot be read */
    ScalingShelf(RegistryDatabase database) {
        this.database = database;
        database.read(ScalingTables::all).forEach(target -> targets.put(target.resource(), target));
    }

    /** From memory. */
    public Optional<ScalableTarget> find(ScalableResource resource) {
        return Optional.ofNullable(targets.get(resource));
    }

    /** From memory, ordered by function and qualifier. */
    public List<ScalableTarget> all() {
        return List.copyOf(targets.values());
    }

    /**
     * Blocking; one change after the other. On return it is on disk.
     *
     * @param change from what is registered to what shall be, empty being nothing; what it throws leaves all as it was
     * @throws RegistryUnavailableException if it could not be written; nothing has changed then
     */
    public synchronized Optional<ScalableTarget> change(
            ScalableResource resource, UnaryOperator<Optional<ScalableTarget>> change) {
        Optional<ScalableTarget> before = find(resource);
        Optional<ScalableTarget> after = change.apply(before);
        if (after.equals(before)) {
            return after;
        }
        database.write(connection -> ScalingTables.replace(connection, resource, after));
        if (after.isPresent()) {
            targets.put(resource, after.get());
        } else {
            targets.remove(resource);
        }
        return after;
    }
}
