package io.millrace.runtime.environment.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * How processes are started on this machine: the strongest level that was seen to work, and the words that go before a
 * command for it.
 */
final class Isolation {
    private static final int PROBE_SECONDS = 10;
    /** The shell dies with its server: the pipe of its input ends, and with it the whole process group. */
    private static final String GROUP_SUPERVISOR =
            """
            exec 3<&0 </dev/null
            (read -r _ <&3; kill -KILL 0) >/dev/null 2>&1 &
            exec 3<&-
            trap : TERM
            "$@"
            exit $?""";
    /** The first process of a namespace ignores signals that it has no handler for, so the runtime must not be it. */
    private static final String FIRST_PROCESS = """
            trap : TERM
            "$@"
            exit $?""";

    private static final List<String> VISIBLE = List.of(
            "/usr",
            "/bin",
            "/sbin",
            "/lib",
            "/lib32",
            "/lib64",
            "/etc/ssl",
            "/etc/pki",
            "/etc/ca-certificates",
            "/etc/alternatives",
            "/etc/ld.so.cache",
            "/etc/ld.so.conf",
            "/etc/ld.so.conf.d",
            "/etc/hosts",
            "/etc/resolv.conf",
            "/etc/nsswitch.conf",
            "/etc/passwd",
            "/etc/group",
            "/etc/localtime");

    private final Map<String, Path> tools = new TreeMap<>();
    private final List<String> refusals = new ArrayList<>();
    private final List<String> visible = new ArrayList<>(VISIBLE);
    private final IsolationLevel level;
    private boolean userNamespace;

    private Isolation(Tools found, IsolationLevel strongest) {
        for (String name : List.of("sh", "true", "setsid", "setpriv", "unshare", "prlimit", "bwrap")) {
            found.find(name).ifPresent(path -> tools.put(name, path));
        }
        javaConfiguration().forEach(visible::add);
        level = firstThatWorks(strongest);
    }

    /** Debian keeps the configuration of its JDKs there, one folder for each. */
    private static List<String> javaConfiguration() {
        try (Stream<Path> entries = Files.list(Path.of("/etc"))) {
            return entries.map(Path::toString)
                    .filter(path -> path.startsWith("/etc/java"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    /**
     * Tries the levels from {@code strongest} downwards by starting a process on each. Blocks for some milliseconds.
     *
     * @throws IllegalStateException if there is no level at all
     */
    static Isolation probe(Tools tools, IsolationLevel strongest) {
        return new Isolation(tools, strongest);
    }

    IsolationLevel level() {
        return level;
    }

    /** Why each stronger level was not taken. */
    List<String> refusals() {
        return List.copyOf(refusals);
    }

    /** Whether the kernel ends what a function leaves behind; otherwise it has to be searched for. */
    boolean endsStrays() {
        return level.compareTo(IsolationLevel.NAMESPACE) >= 0;
    }

    /** Whether the process must be given an open pipe as its input, by whose end it learns that the server died. */
    boolean watchesInput() {
        return !endsStrays();
    }

    Layout seen(Layout real) {
        return level == IsolationLevel.SANDBOX ? Layout.AS_IN_LAMBDA : real;
    }

    /**
     * @param extra further folders that must be visible, such as that of the interpreter
     * @param command with paths as in {@link #seen}
     */
    List<String> wrap(Layout real, List<Path> extra, Limits limits, List<String> command) {
        return wrap(level, real, extra, limits, command);
    }

    private IsolationLevel firstThatWorks(IsolationLevel strongest) {
        List<IsolationLevel> downwards = Stream.of(IsolationLevel.values())
                .filter(candidate -> candidate.compareTo(strongest) <= 0)
                .sorted(Comparator.reverseOrder())
                .toList();
        for (IsolationLevel candidate : downwards) {
            Optional<String> refusal = tryOut(candidate);
            if (refusal.isPresent() && candidate == IsolationLevel.NAMESPACE) {
                userNamespace = true;
                refusal = tryOut(candidate);
            }
            if (refusal.isEmpty()) {
                return candidate;
            }
            refusals.add("no " + candidate.name().toLowerCase(Locale.ROOT) + ": " + refusal.get());
        }
        throw new IllegalStateException("no function can be started in a process of its own: " + refusals);
    }

    private Optional<String> tryOut(IsolationLevel candidate) {
        List<String> missing = needed(candidate).stream()
                .filter(name -> !tools.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            return Optional.of("not installed: " + String.join(", ", missing));
        }
        Path anywhere = Path.of("/");
        Layout layout = new Layout(Path.of("/usr"), Path.of("/usr"), Path.of("/usr"), Path.of("/tmp"));
        Limits limits = new Limits(1 << 20, OptionalLong.empty());
        return run(wrap(candidate, layout, List.of(), limits, List.of(tool("true"))), anywhere);
    }

    private static Optional<String> run(List<String> command, Path directory) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
            builder.environment().clear();
            Process process = builder.redirectErrorStream(true).start();
            if (!process.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("a trial did not end within " + PROBE_SECONDS + " s");
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            process.getOutputStream().close();
            return process.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of("a trial ended with " + process.exitValue() + ": " + output);
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("the trial was interrupted");
        }
    }

    private static List<String> needed(IsolationLevel candidate) {
        return switch (candidate) {
            case PROCESS -> List.of("sh", "true", "setsid");
            case LIMITS -> List.of("sh", "true", "setsid", "prlimit");
            case NAMESPACE -> List.of("sh", "true", "setsid", "prlimit", "setpriv", "unshare");
            case SANDBOX -> List.of("sh", "true", "setsid", "prlimit", "bwrap");
        };
    }

    private List<String> wrap(
            IsolationLevel target, Layout real, List<Path> extra, Limits limits, List<String> command) {
        List<String> words = new ArrayList<>();
        words.add(tool("setsid"));
        if (target == IsolationLevel.NAMESPACE) {
            words.addAll(List.of(tool("setpriv"), "--pdeathsig", "KILL", "--"));
            words.addAll(List.of(tool("unshare"), "--pid", "--fork", "--kill-child=KILL", "--mount-proc"));
            if (userNamespace) {
                words.addAll(List.of("--user", "--map-current-user"));
            }
            words.add("--");
        }
        if (target != IsolationLevel.PROCESS) {
            prlimit(words, limits);
        }
        if (target == IsolationLevel.SANDBOX) {
            bubblewrap(words, real, extra);
        }
        String script = target.compareTo(IsolationLevel.NAMESPACE) >= 0 ? FIRST_PROCESS : GROUP_SUPERVISOR;
        words.addAll(List.of(tool("sh"), "-c", script, "millrace-environment"));
        words.addAll(command);
        return words;
    }

    private void prlimit(List<String> words, Limits limits) {
        words.add(tool("prlimit"));
        words.add("--core=0");
        words.add("--nofile=" + Limits.OPEN_FILES);
        words.add("--nproc=" + Limits.USER_PROCESSES);
        words.add("--fsize=" + limits.fileBytes());
        limits.dataBytes().ifPresent(bytes -> words.add("--data=" + bytes));
        words.add("--");
    }

    private void bubblewrap(List<String> words, Layout real, List<Path> extra) {
        words.addAll(List.of(tool("bwrap"), "--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts"));
        words.addAll(List.of("--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"));
        visible.forEach(path -> words.addAll(List.of("--ro-bind-try", path, path)));
        extra.forEach(path -> words.addAll(List.of("--ro-bind-try", path.toString(), path.toString())));
        Layout seen = Layout.AS_IN_LAMBDA;
        bind(words, "--ro-bind", real.task(), seen.task());
        bind(words, "--ro-bind", real.opt(), seen.opt());
        bind(words, "--ro-bind", real.runtime(), seen.runtime());
        bind(words, "--bind", real.tmp(), seen.tmp());
        words.addAll(List.of("--chdir", seen.task().toString(), "--"));
    }

    private static void bind(List<String> words, String how, Path real, Path seen) {
        words.addAll(List.of(how, real.toString(), seen.toString()));
    }

    private String tool(String name) {
        Path path = tools.get(name);
        return path == null ? name : path.toString();
    }
}
