package io.millrace.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A function that gives its event back, once for each runtime. */
enum UploadedFunction {
    JAVA("java17", Echo.class.getName() + "::handle", "io/millrace/bench/Echo.class", ""),
    NODE("nodejs20.x", "index.handler", "index.js", "exports.handler = async (event) => event;\n"),
    PYTHON("python3.12", "app.handler", "app.py", "def handler(event, context):\n    return event\n");

    private final String runtime;
    private final String handler;
    private final String file;
    private final String source;

    /** @param source of the file; where empty, the file is one of the harness's class path */
    UploadedFunction(String runtime, String handler, String file, String source) {
        this.runtime = runtime;
        this.handler = handler;
        this.file = file;
        this.source = source;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    String runtime() {
        return runtime;
    }

    String handler() {
        return handler;
    }

    byte[] zip() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(file));
            zip.write(content());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be packed", e);
        }
        return bytes.toByteArray();
    }

    private byte[] content() throws IOException {
        if (!source.isEmpty()) {
            return source.getBytes(StandardCharsets.UTF_8);
        }
        try (InputStream content = UploadedFunction.class.getResourceAsStream("/" + file)) {
            if (content == null) {
                throw new IOException(file + " is missing from the class path");
            }
            return content.readAllBytes();
        }
    }
}
