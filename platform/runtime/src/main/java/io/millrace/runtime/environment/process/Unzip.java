package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Unpacks an archive of somebody else into a directory, over what is there, and nothing outside of it. Files are
 * readable by all and written by nobody; those that are executable in the archive are so here. Blocking.
 */
final class Unzip {
    private static final int FILE_TYPE = 0170000;
    private static final int SYMBOLIC_LINK = 0120000;
    private static final int REGULAR = 0100000;
    private static final int DIRECTORY = 0040000;
    private static final int ANY_EXECUTE = 0111;
    private static final int MAXIMUM_LINK_CHARS = 4096;
    private static final Set<PosixFilePermission> READ = PosixFilePermissions.fromString("r--r--r--");
    private static final Set<PosixFilePermission> EXECUTE = PosixFilePermissions.fromString("r-xr-xr-x");

    private final Path root;
    private final CodeBudget budget;
    private final Map<Path, String> links = new LinkedHashMap<>();
    private final byte[] buffer = new byte[64 * 1024];

    private Unzip(Path root, CodeBudget budget) {
        this.root = root;
        this.budget = budget;
    }

    /**
     * @param root an existing directory, by its real path
     * @throws RefusedArchiveException if the archive holds what it must not, or too much
     * @throws IOException if it is no zip file, or cannot be read
     */
    static void unpack(Path archive, Path root, CodeBudget budget) throws IOException {
        Map<String, Integer> modes = ZipListing.modes(archive);
        Unzip unzip = new Unzip(root, budget);
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                budget.spendEntry();
                unzip.entry(zip, entry, modes.getOrDefault(entry.getName(), 0));
            }
        }
        unzip.createLinks();
    }

    private void entry(ZipFile zip, ZipEntry entry, int mode) throws IOException {
        Path target = target(entry.getName());
        int type = mode & FILE_TYPE;
        if (entry.isDirectory()) {
            createDirectories(target);
        } else if (type == SYMBOLIC_LINK) {
            links.put(target, linkText(zip, entry));
        } else if (type == 0 || type == REGULAR) {
            file(zip, entry, target, (mode & ANY_EXECUTE) == 0 ? READ : EXECUTE);
        } else if (type != DIRECTORY) {
            throw new RefusedArchiveException("entry '" + entry.getName() + "' is neither file, folder nor link");
        }
    }

    private Path target(String name) throws RefusedArchiveException {
        if (name.indexOf('\0') >= 0) {
            throw new RefusedArchiveException("the name of an entry contains a NUL: '" + name.replace('\0', '?') + "'");
        }
        if (name.startsWith("/") || name.indexOf('\\') >= 0) {
            throw new RefusedArchiveException("entry '" + name + "' is not a relative path with / between its parts");
        }
        try {
            Path relative = Path.of(name);
            for (Path part : relative) {
                if ("..".equals(part.toString())) {
                    throw new RefusedArchiveException("entry '" + name + "' leads out of the archive");
                }
            }
            return root.resolve(relative).normalize();
        } catch (InvalidPathException e) {
            throw new RefusedArchiveException("entry '" + name + "' is no path: " + e.getReason());
        }
    }

    private void createDirectories(Path directory) throws IOException {
        Files.createDirectories(directory);
        requireInside(directory, directory.toRealPath());
    }

    private void file(ZipFile zip, ZipEntry entry, Path target, Set<PosixFilePermission> permissions)
            throws IOException {
        if (target.equals(root)) {
            throw new RefusedArchiveException("entry '" + entry.getName() + "' has no name");
        }
        createDirectories(parent(target));
        replace(target);
        try (InputStream content = zip.getInputStream(entry);
                OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
            for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
                budget.spend(read);
                out.write(buffer, 0, read);
            }
        }
        Files.setPosixFilePermissions(target, permissions);
    }

    /** A later layer's file takes the place of an earlier one's, and never writes through a link. */
    private static void replace(Path target) throws IOException {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Files.delete(target);
        }
    }

    private String linkText(ZipFile zip, ZipEntry entry) throws IOException {
        try (InputStream content = zip.getInputStream(entry)) {
            byte[] text = content.readNBytes(MAXIMUM_LINK_CHARS + 1);
            budget.spend(text.length);
            if (text.length > MAXIMUM_LINK_CHARS) {
                throw new RefusedArchiveException("link '" + entry.getName() + "' has a target that is too long");
            }
            return new String(text, StandardCharsets.UTF_8);
        }
    }

    /** Last, so that no entry is written through one of them. */
    private void createLinks() throws IOException {
        for (Map.Entry<Path, String> link : links.entrySet()) {
            Path at = link.getKey();
            Path to = linkTarget(at, link.getValue());
            createDirectories(parent(at));
            replace(at);
            Files.createSymbolicLink(at, to);
        }
        for (Path link : links.keySet()) {
            try {
                requireInside(link, link.toRealPath());
            } catch (NoSuchFileException dangling) {
                // It leads nowhere; that it would stay inside was checked by its text.
            }
        }
    }

    private Path linkTarget(Path at, String text) throws RefusedArchiveException {
        try {
            Path to = Path.of(text);
            if (!to.isAbsolute() && parent(at).resolve(to).normalize().startsWith(root)) {
                return to;
            }
            throw new RefusedArchiveException(
                    "link '" + root.relativize(at) + "' leads out of the archive, to '" + text + "'");
        } catch (InvalidPathException e) {
            throw new RefusedArchiveException("link '" + root.relativize(at) + "' leads to no path: " + e.getReason());
        }
    }

    private static Path parent(Path entry) {
        return entry.resolve("..").normalize();
    }

    private void requireInside(Path entry, Path real) throws RefusedArchiveException {
        if (!real.startsWith(root)) {
            throw new RefusedArchiveException("entry '" + root.relativize(entry) + "' leads out of the archive");
        }
    }
}
