package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionArn;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * What was published of a function. Immutable.
 *
 * @param versions by number
 * @param aliases by name
 * @param provisioned by qualifier
 * @param lastNumber highest number ever given; 0 before the first
 */
public record Publications(
        SortedMap<Integer, PublishedVersion> versions,
        SortedMap<String, Alias> aliases,
        SortedMap<String, ProvisionedConcurrency> provisioned,
        int lastNumber) {
    /** Without leading zeros, and never beyond an int. */
    private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

    /** Nothing yet. */
    public static final Publications NONE = new Publications(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), 0);

    public Publications {
        versions = Collections.unmodifiableSortedMap(new TreeMap<>(versions));
        aliases = Collections.unmodifiableSortedMap(new TreeMap<>(aliases));
        provisioned = Collections.unmodifiableSortedMap(new TreeMap<>(provisioned));
    }

    /** The newest version that still exists. */
    public Optional<PublishedVersion> newest() {
        return versions.isEmpty() ? Optional.empty() : Optional.ofNullable(versions.get(versions.lastKey()));
    }

    /** @param number as callers write it; empty for {@code $LATEST}, for names and for what does not exist */
    public Optional<PublishedVersion> version(String number) {
        boolean mayBeNumber = NUMBER.matcher(number).matches();
        return mayBeNumber ? Optional.ofNullable(versions.get(Integer.parseInt(number))) : Optional.empty();
    }

    public Optional<Alias> alias(String name) {
        return Optional.ofNullable(aliases.get(name));
    }

    /** Whether {@code $LATEST}, a version or an alias is called that. */
    public boolean exists(String qualifier) {
        return qualifier.equals(FunctionArn.LATEST)
                || alias(qualifier).isPresent()
                || version(qualifier).isPresent();
    }

    /** Empty when that very qualifier has none; an alias's is not its version's. */
    public Optional<ProvisionedConcurrency> provisioned(String qualifier) {
        return Optional.ofNullable(provisioned.get(qualifier));
    }

    /** Numbers that the name was given before stay used. */
    Publications startingAfter(int number) {
        return number <= lastNumber ? this : new Publications(versions, aliases, provisioned, number);
    }

    public Publications with(PublishedVersion version) {
        return new Publications(
                changed(versions, map -> map.put(version.number(), version)),
                aliases,
                provisioned,
                Math.max(lastNumber, version.number()));
    }

    public Publications withoutVersion(int number) {
        return new Publications(changed(versions, map -> map.remove(number)), aliases, provisioned, lastNumber);
    }

    public Publications with(Alias alias) {
        return new Publications(
                versions, changed(aliases, map -> map.put(alias.name(), alias)), provisioned, lastNumber);
    }

    public Publications withoutAlias(String name) {
        return new Publications(versions, changed(aliases, map -> map.remove(name)), provisioned, lastNumber);
    }

    public Publications with(ProvisionedConcurrency config) {
        return new Publications(
                versions, aliases, changed(provisioned, map -> map.put(config.qualifier(), config)), lastNumber);
    }

    public Publications withoutProvisioned(String qualifier) {
        return new Publications(versions, aliases, changed(provisioned, map -> map.remove(qualifier)), lastNumber);
    }

    private static <K, V> SortedMap<K, V> changed(SortedMap<K, V> map, Consumer<Map<K, V>> change) {
        SortedMap<K, V> copy = new TreeMap<>(map);
        change.accept(copy);
        return copy;
    }
}
