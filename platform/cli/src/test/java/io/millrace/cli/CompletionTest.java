package io.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CompletionTest {
    @TempDir
    Path directory;

    private static String script(String shell) {
        StringWriter out = new StringWriter();
        CommandLine command = MillraceCommand.commandLine();
        assertThat(command.setOut(new PrintWriter(out)).execute("completion", shell))
                .isZero();
        return out.toString();
    }

    /** What bash offers after these words, of which the last is begun. */
    private List<String> bash(String... words) throws Exception {
        Path script = Files.writeString(directory.resolve("millrace.bash"), script("bash"));
        String line = String.join(" ", words);
        String ask =
                """
                source '%s'
                complete -p millrace > /dev/null || exit 9
                COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE='%s'; COMP_POINT=%d
                _complete_millrace millrace '%s' '' && printf '%%s\\n' "${COMPREPLY[@]}"
                """
                        .formatted(script, line, words.length - 1, line, line.length(), words[words.length - 1]);
        Process bash = new ProcessBuilder("bash", "--norc", "-c", ask)
                .redirectErrorStream(true)
                .start();
        List<String> offered = new String(bash.getInputStream().readAllBytes(), UTF_8)
                .lines()
                .map(String::strip)
                .toList();
        assertThat(bash.waitFor()).as("%s", offered).isZero();
        return offered;
    }

    @Test
    void bash_completes_commands_verbs_and_options() throws Exception {
        assertThat(bash("millrace", "dl")).containsExactly("dlq");
        assertThat(bash("millrace", "dlq", "re")).containsExactly("redrive");
        assertThat(bash("millrace", "dlq", "jobs", "und")).containsExactly("undo");
        assertThat(bash("millrace", "dlq", "redrive", "--can")).contains("--canary", "--canary-wait");
    }

    @Test
    void fish_gets_a_line_for_each_verb_and_option() throws IOException {
        assertThat(script("fish"))
                .contains("complete -c millrace -n '__millrace_at dlq' -f -a redrive -d 'Moves dead letters back")
                .contains("complete -c millrace -n '__millrace_in dlq redrive' -l rate -r -d ")
                .contains("complete -c millrace -n '__millrace_at dlq jobs' -f -a undo");
    }

    @Test
    void another_shell_is_refused_by_name() {
        StringWriter err = new StringWriter();
        CommandLine command = MillraceCommand.commandLine();
        assertThat(command.setErr(new PrintWriter(err)).execute("completion", "tcsh"))
                .isEqualTo(ExitCode.USAGE.code());
        assertThat(err.toString()).contains("shell is 'tcsh', expected bash, zsh or fish");
    }
}
