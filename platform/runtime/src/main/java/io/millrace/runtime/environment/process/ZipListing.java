package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the JDK does not tell of a zip file: the Unix mode of each entry, from the central directory. */
final class ZipListing {
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int END_BYTES = 22;
    private static final int ENTRY_BYTES = 46;
    private static final int MAXIMUM_COMMENT = 0xffff;
    private static final int UNIX = 3;

    private ZipListing() {}

    /**
     * The mode of each entry by name, 0 where its archiver knew none.
     *
     * @throws IOException if it is no zip file, or one of more than 65,534 entries or 4 GB
     */
    static Map<String, Integer> modes(Path file) throws IOException {
        try (RandomAccessFile zip = new RandomAccessFile(file.toFile(), "r")) {
            ByteBuffer end = end(zip);
            int count = Short.toUnsignedInt(end.getShort(10));
            long size = Integer.toUnsignedLong(end.getInt(12));
            long offset = Integer.toUnsignedLong(end.getInt(16));
            if (count == 0xffff || offset == 0xffffffffL || offset + size > zip.length()) {
                throw new IOException("its directory is broken, or it has more than 65534 entries");
            }
            ByteBuffer directory = read(zip, offset, (int) size);
            Map<String, Integer> modes = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                entry(directory, modes);
            }
            return modes;
        }
    }

    private static void entry(ByteBuffer directory, Map<String, Integer> modes) throws IOException {
        int start = directory.position();
        if (directory.remaining() < ENTRY_BYTES || directory.getInt(start) != ENTRY_SIGNATURE) {
            throw new IOException("its directory is broken");
        }
        int madeBy = Byte.toUnsignedInt(directory.get(start + 5));
        int nameLength = Short.toUnsignedInt(directory.getShort(start + 28));
        int extraLength = Short.toUnsignedInt(directory.getShort(start + 30));
        int commentLength = Short.toUnsignedInt(directory.getShort(start + 32));
        int mode = madeBy == UNIX ? directory.getInt(start + 38) >>> 16 : 0;
        int next = start + ENTRY_BYTES + nameLength + extraLength + commentLength;
        if (next > directory.limit()) {
            throw new IOException("its directory is broken");
        }
        byte[] name = new byte[nameLength];
        directory.get(start + ENTRY_BYTES, name);
        modes.put(new String(name, StandardCharsets.UTF_8), mode);
        directory.position(next);
    }

    private static ByteBuffer end(RandomAccessFile zip) throws IOException {
        int length = (int) Math.min(zip.length(), END_BYTES + MAXIMUM_COMMENT);
        ByteBuffer last = read(zip, zip.length() - length, length);
        for (int at = length - END_BYTES; at >= 0; at--) {
            if (last.getInt(at) == END_SIGNATURE) {
                return last.slice(at, length - at).order(ByteOrder.LITTLE_ENDIAN);
            }
        }
        throw new IOException("it is no zip file");
    }

    private static ByteBuffer read(RandomAccessFile zip, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        zip.seek(offset);
        zip.readFully(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
