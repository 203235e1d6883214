package io.millrace.runtime.environment.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes zip files with the modes of Unix, and such as no decent archiver would write. */
public final class Zip {
    private static final int FILE = 0100644;
    private static final int PROGRAM = 0100755;
    private static final int LINK = 0120777;
    private final List<Entry> entries = new ArrayList<>();

    @SuppressWarnings("ArrayRecordComponent") // Written, never compared.
    private record Entry(String name, byte[] content, int mode, int said) {}

    public Zip file(String name, String content) {
        return entry(name, content.getBytes(StandardCharsets.UTF_8), FILE);
    }

    public Zip file(String name, byte[] content) {
        return entry(name, content, FILE);
    }

    Zip executable(String name, String content) {
        return entry(name, content.getBytes(StandardCharsets.UTF_8), PROGRAM);
    }

    Zip executable(String name, byte[] content) {
        return entry(name, content, PROGRAM);
    }

    public Zip link(String name, String target) {
        return entry(name, target.getBytes(StandardCharsets.UTF_8), LINK);
    }

    /** A whole directory, with the modes of its files. */
    Zip directory(Path directory) {
        return directory("", directory);
    }

    Zip directory(String prefix, Path directory) {
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = prefix + directory.relativize(file);
                entry(name, Files.readAllBytes(file), Files.isExecutable(file) ? PROGRAM : FILE);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** A file that inflates to another size than the archive says. */
    public Zip lyingFile(String name, byte[] content, int said) {
        entries.add(new Entry(name, content, FILE, said));
        return this;
    }

    private Zip entry(String name, byte[] content, int mode) {
        entries.add(new Entry(name, content, mode, content.length));
        return this;
    }

    Path save(Path file) {
        try {
            Files.createDirectories(file.resolve("..").normalize());
            return Files.write(file, bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public byte[] bytes() {
        try {
            return build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("ByteBufferBackingArray") // All of them were allocated here.
    private byte[] build() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream directory = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            byte[] packed = deflate(entry.content);
            CRC32 crc = new CRC32();
            crc.update(entry.content);
            int offset = out.size();
            ByteBuffer common = little(26)
                    .putShort((short) 20)
                    .putShort((short) 0x800)
                    .putShort((short) 8)
                    .putInt(0x21 << 16)
                    .putInt((int) crc.getValue())
                    .putInt(packed.length)
                    .putInt(entry.said)
                    .putShort((short) name.length)
                    .putShort((short) 0);
            out.write(little(4).putInt(0x04034b50).array());
            out.write(common.array());
            out.write(name);
            out.write(packed);
            directory.write(
                    little(6).putInt(0x02014b50).putShort((short) 0x0314).array());
            directory.write(common.array());
            directory.write(little(14)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putShort((short) 0)
                    .putInt(entry.mode << 16)
                    .putInt(offset)
                    .array());
            directory.write(name);
        }
        int start = out.size();
        out.write(directory.toByteArray());
        out.write(little(22)
                .putInt(0x06054b50)
                .putInt(0)
                .putShort((short) entries.size())
                .putShort((short) entries.size())
                .putInt(directory.size())
                .putInt(start)
                .putShort((short) 0)
                .array());
        return out.toByteArray();
    }

    private static byte[] deflate(byte[] content) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        while (!deflater.finished()) {
            packed.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        return packed.toByteArray();
    }

    private static ByteBuffer little(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
