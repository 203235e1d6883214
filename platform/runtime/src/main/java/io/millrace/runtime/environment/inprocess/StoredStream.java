package io.millrace.runtime.environment.inprocess;

import java.io.FileNotFoundException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The bytes of a large payload from where they lie: all of them, or a failure. One thread; blocking. */
final class StoredStream extends FilterInputStream {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int SILENT_MILLIS = 120_000;
    private static final int NOT_FOUND = 404;

    private final URI place;
    private final @Nullable HttpURLConnection connection;
    private final long expected;
    private long read;
    private boolean closed;
    private @Nullable UnusablePayloadException broken;

    private StoredStream(InputStream bytes, @Nullable HttpURLConnection connection, URI place, long expected) {
        super(bytes);
        this.connection = connection;
        this.place = place;
        this.expected = expected;
    }

    /**
     * @param place a file, or an object by HTTP
     * @param expected how many bytes there are
     * @throws UnusablePayloadException if it cannot be read
     */
    static StoredStream open(URI place, long expected) {
        try {
            return "file".equals(place.getScheme())
                    ? new StoredStream(Files.newInputStream(Path.of(place)), null, place, expected)
                    : connect(place, expected);
        } catch (IOException failed) {
            throw away(place, failed);
        }
    }

    private static StoredStream connect(URI place, long expected) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) place.toURL().openConnection(Proxy.NO_PROXY);
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(SILENT_MILLIS);
        int status = connection.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            connection.disconnect();
            throw new IOException(status == NOT_FOUND ? "there is no such object" : "status " + status);
        }
        return new StoredStream(connection.getInputStream(), connection, place, expected);
    }

    private static UnusablePayloadException away(URI place, IOException failed) {
        boolean isFile = "file".equals(place.getScheme());
        String where = isFile
                ? Path.of(place).toString()
                : place.getScheme() + "://" + place.getRawAuthority() + place.getRawPath(); // Its query is a secret.
        boolean isGone = failed instanceof NoSuchFileException || failed instanceof FileNotFoundException;
        return UnusablePayloadException.away(where, isGone ? "there is no such file" : "" + failed.getMessage());
    }

    UnusablePayloadException unusable(IOException failed) {
        return broken == null ? away(place, failed) : broken;
    }

    /** Empty where all that was asked for came. */
    Optional<UnusablePayloadException> broken() {
        return Optional.ofNullable(broken);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        try {
            int many = super.read(into, offset, length);
            if (many > 0) {
                read += many;
            } else if (many < 0 && read < expected) {
                throw new IOException("it ended after " + read + " of " + expected + " bytes");
            }
            return many;
        } catch (IOException failed) {
            throw noted(failed);
        }
    }

    @Override
    public long skip(long bytes) throws IOException {
        long skipped = super.skip(bytes);
        read += skipped;
        return skipped;
    }

    /** By a handler that read on after it had closed it, it is the handler's own failure. */
    private IOException noted(IOException failed) {
        if (!closed && broken == null) {
            broken = away(place, failed);
        }
        return failed;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        if (connection != null) {
            connection.disconnect(); // Before the rest is read, which nobody wants.
        }
        super.close();
    }
}
