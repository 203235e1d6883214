package io.millrace.runtime.payloads;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much a disk has left.
 *
 * @param total bytes it can hold
 * @param usable bytes that this process may still write
 * @param keptFree share of the total that is left to others
 */
record DiskRoom(long total, long usable, double keptFree) {
    /**
     * From 90 % on the broker takes no events any more, by its own default; bodies must not be what brings that about.
     */
    static final double BESIDE_BROKER = 0.11;

    /** Of the disk with {@code directory}, which is asked for nothing where the broker's is another. */
    static DiskRoom of(Path directory, Path broker) throws IOException {
        FileStore disk = Files.getFileStore(directory);
        boolean shared = Files.exists(broker) && Files.getFileStore(broker).equals(disk);
        return new DiskRoom(disk.getTotalSpace(), disk.getUsableSpace(), shared ? BESIDE_BROKER : 0);
    }

    boolean takes(long bytes) {
        return usable - bytes >= reserve();
    }

    /** Bytes that are left to others. */
    long reserve() {
        return (long) (total * keptFree);
    }
}
