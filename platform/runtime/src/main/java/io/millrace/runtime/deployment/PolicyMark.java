package io.millrace.runtime.deployment;

import io.millrace.broker.topology.Topology;
import io.millrace.core.function.AsyncInvokeConfigs;
import io.millrace.core.function.FunctionName;
import io.millrace.runtime.observe.LogKeys;
import io.millrace.runtime.registry.RegistryUnavailableException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A note on disk that a broker has the retry policies of all stored functions, so that a start need not ask for each
 * before it takes events. It is of one broker and of all policies together: another broker, a function more or less, or
 * another default, and it does not hold. Blocks on the disk; for one thread.
 */
final class PolicyMark {
    private static final Logger LOGGER = LoggerFactory.getLogger(PolicyMark.class);

    private final Path file;
    private boolean erased;

    /** @param file need not exist; its directory does */
    PolicyMark(Path file) {
        this.file = file;
    }

    /** Whether this broker was seen to have these policies, and none was changed since. */
    boolean holds(String broker, Map<FunctionName, AsyncInvokeConfigs> functions) {
        if (erased || !Files.exists(file)) {
            return false;
        }
        try {
            return Files.readString(file).equals(print(broker, functions));
        } catch (IOException unreadable) {
            warn("note about policies not read; each of them is asked for", unreadable);
            return false;
        }
    }

    /** The broker has these policies. Where that cannot be written, the next start asks for each. */
    void set(String broker, Map<FunctionName, AsyncInvokeConfigs> functions) {
        try {
            Path written = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(written, print(broker, functions));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            erased = false;
        } catch (IOException failed) {
            warn("note about policies not written; the next start asks for each of them", failed);
        }
    }

    /**
     * A policy is about to be another than is stored. On disk on return, as a crash must not leave both.
     *
     * @throws RegistryUnavailableException if it could not be written; the policy must stay as it is then
     */
    void erase() {
        if (erased || !Files.exists(file)) {
            return;
        }
        try (FileChannel emptied =
                FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            emptied.force(true);
            erased = true;
        } catch (IOException failed) {
            throw new RegistryUnavailableException("'" + file + "' cannot be written: " + failed, failed);
        }
    }

    private void warn(String what, IOException failed) {
        LOGGER.atWarn()
                .addKeyValue("file", file)
                .addKeyValue(LogKeys.REASON, failed.toString())
                .log(what);
    }

    private static String print(String broker, Map<FunctionName, AsyncInvokeConfigs> functions) {
        MessageDigest digest = sha256();
        new TreeMap<>(functions).forEach((name, configs) -> {
            String policy = Topology.invokePolicy(name, configs) + "\n";
            digest.update(policy.getBytes(StandardCharsets.UTF_8));
        });
        return broker + " " + HexFormat.of().formatHex(digest.digest()) + "\n";
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }
}
