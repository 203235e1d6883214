package io.millrace.runtime.registry;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** The layers in the registry's database, all of them in memory too, so that only changes wait for each other. */
final class LayerShelf implements LayerAdministration {
    private final CodeStore codes;
    private final RegistryDatabase database;
    private final ConcurrentSkipListMap<String, Layer> layers = new ConcurrentSkipListMap<>();

    /** @throws RegistryUnavailableException when the database cannot be read */
    LayerShelf(CodeStore codes, RegistryDatabase database) {
        this.codes = codes;
        this.database = database;
        database.read(LayerTable::lastNumbers).forEach((name, last) -> layers.put(name, new Layer(last)));
        for (LayerTable.Stored stored : database.read(LayerTable::all)) {
            LayerVersion version = stored.version();
            layer(version.layer()).add(version, stored.isDeleted());
        }
    }

    @Override
    public synchronized LayerVersion publish(String name, LayerDescription about, byte[] archive, Instant now) {
        CodeReference code = stored(archive);
        int number = Optional.ofNullable(layers.get(name))
                        .map(layer -> layer.lastNumber)
                        .orElse(0)
                + 1;
        LayerVersion version = new LayerVersion(name, number, about, code, now);
        database.write(connection -> LayerTable.insert(connection, version));
        layer(name).add(version, false);
        return version;
    }

    @Override
    public Optional<LayerVersion> find(String name, int number) {
        return known(name).map(layer -> layer.offered.get(number));
    }

    @Override
    public List<LayerVersion> versions(String name) {
        return known(name).map(layer -> List.copyOf(layer.offered.values())).orElse(List.of());
    }

    @Override
    public List<LayerVersion> newest() {
        return layers.values().stream()
                .flatMap(layer -> layer.offered.values().stream().limit(1))
                .toList();
    }

    @Override
    public synchronized void delete(String name, int number) {
        if (find(name, number).isPresent()) {
            database.write(connection -> LayerTable.delete(connection, name, number));
            layer(name).offered.remove(number);
        }
    }

    @Override
    public Optional<LayerVersion> published(String arn) {
        return LayerVersionArn.parse(arn)
                .flatMap(parsed -> known(parsed.layer()).map(layer -> layer.all.get(parsed.number())));
    }

    @Override
    public List<Path> layerFiles(List<String> arns) {
        return arns.stream().map(this::file).toList();
    }

    private Path file(String arn) {
        LayerVersion version = published(arn)
                .orElseThrow(() -> new IllegalArgumentException(
                        "layer version '" + arn + "' was never published here, expected one that was"));
        return codes.file(version.code());
    }

    /** What must be kept: all that is offered, and what {@code usedArns} still need. */
    Stream<CodeReference> codes(Stream<String> usedArns) {
        Stream<LayerVersion> used = usedArns.flatMap(arn -> published(arn).stream());
        Stream<LayerVersion> offered = layers.values().stream().flatMap(layer -> layer.offered.values().stream());
        return Stream.concat(offered, used).map(LayerVersion::code);
    }

    private CodeReference stored(byte[] archive) {
        try {
            return codes.store(archive);
        } catch (IOException failed) {
            throw new RegistryUnavailableException("layer cannot be stored: " + failed, failed);
        }
    }

    private Optional<Layer> known(String name) {
        return Optional.ofNullable(layers.get(name));
    }

    private Layer layer(String name) {
        return layers.computeIfAbsent(name, absent -> new Layer(0));
    }

    private static final class Layer {
        final Map<Integer, LayerVersion> all = new ConcurrentHashMap<>();
        /** Without deleted ones, newest first. */
        final Map<Integer, LayerVersion> offered = new ConcurrentSkipListMap<>(Comparator.reverseOrder());

        /** Of the thread that makes a change. */
        int lastNumber;

        Layer(int lastNumber) {
            this.lastNumber = lastNumber;
        }

        void add(LayerVersion version, boolean isDeleted) {
            lastNumber = Math.max(lastNumber, version.number());
            all.put(version.number(), version);
            if (!isDeleted) {
                offered.put(version.number(), version);
            }
        }
    }
}
