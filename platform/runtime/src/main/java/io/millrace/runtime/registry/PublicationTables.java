package io.millrace.runtime.registry;

import io.millrace.core.function.FunctionName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Versions, aliases and provisioned concurrency, put together as a function has them. */
final class PublicationTables {
    private PublicationTables() {}

    /** Of every function that has any, and of deleted ones whose numbers stay used. */
    static Map<FunctionName, Publications> all(Connection connection) throws SQLException {
        Map<FunctionName, List<PublishedVersion>> versions = VersionTable.all(connection);
        Map<FunctionName, List<Alias>> aliases = AliasTable.all(connection);
        Map<FunctionName, List<ProvisionedConcurrency>> provisioned = ProvisionedTable.all(connection);
        Map<FunctionName, Integer> numbers = VersionTable.lastNumbers(connection);
        Set<FunctionName> functions = new HashSet<>(numbers.keySet());
        functions.addAll(aliases.keySet());
        Map<FunctionName, Publications> all = new HashMap<>();
        for (FunctionName function : functions) {
            all.put(
                    function,
                    new Publications(
                            sorted(versions.getOrDefault(function, List.of()), PublishedVersion::number),
                            sorted(aliases.getOrDefault(function, List.of()), Alias::name),
                            sorted(provisioned.getOrDefault(function, List.of()), ProvisionedConcurrency::qualifier),
                            numbers.getOrDefault(function, 0)));
        }
        return all;
    }

    static void save(Connection connection, FunctionName function, Publications publications) throws SQLException {
        VersionTable.save(connection, function, publications);
        AliasTable.save(connection, function, publications.aliases().values());
        ProvisionedTable.save(connection, function, publications.provisioned().values());
    }

    private static <K extends Comparable<K>, V> SortedMap<K, V> sorted(List<V> values, Function<V, K> key) {
        return values.stream().collect(Collectors.toMap(key, Function.identity(), (one, other) -> one, TreeMap::new));
    }
}
