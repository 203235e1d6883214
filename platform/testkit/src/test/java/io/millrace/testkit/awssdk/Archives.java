package io.millrace.testkit.awssdk;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import software.amazon.awssdk.core.SdkBytes;

/** Archives of code; the same content makes the same bytes. */
final class Archives {
    private Archives() {}

    static SdkBytes zip(Map<String, String> texts) {
        Map<String, byte[]> files = new TreeMap<>();
        texts.forEach((name, text) -> files.put(name, text.getBytes(StandardCharsets.UTF_8)));
        return archive(files);
    }

    /** One compiled class of the tests, without dependencies. */
    static SdkBytes jar(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".class";
        try (InputStream compiled = Objects.requireNonNull(type.getClassLoader().getResourceAsStream(name), name)) {
            return archive(Map.of(name, compiled.readAllBytes()));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static SdkBytes archive(Map<String, byte[]> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                ZipEntry entry = new ZipEntry(file.getKey());
                entry.setLastModifiedTime(FileTime.fromMillis(0));
                zip.putNextEntry(entry);
                zip.write(file.getValue());
            }
        } catch (IOException unexpected) {
            throw new UncheckedIOException(unexpected);
        }
        return SdkBytes.fromByteArray(bytes.toByteArray());
    }
}
