package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The page docs/bad-days.md promises tests; this sees that they are there. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class BadDaysPageTest {
    private static final Path MODULES = Path.of("..");
    private static final Path PAGE = MODULES.resolve("../docs/bad-days.md");
    /** Of src in a module, or in one of those of sources. */
    private static final int DEEPEST = 3;

    private static final Pattern TEST = Pattern.compile("`(\\w+)\\.(\\w+)`");

    @Test
    void each_bad_day_names_tests_and_each_of_them_exists() throws IOException {
        // Given
        List<String> rows = Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| "))
                .skip(1) // The names of the columns.
                .toList();
        // When, then
        assertThat(rows).hasSizeGreaterThan(20);
        for (String row : rows) {
            String[] cells = row.split("\\|", -1);
            assertThat(cells).as(row).hasSize(5);
            List<MatchResult> tests = TEST.matcher(cells[3]).results().toList();
            assertThat(tests).as(row).isNotEmpty();
            assertThat(TEST.matcher(cells[3]).replaceAll("").replaceAll("[, ]", ""))
                    .as("besides tests, in %s", row)
                    .isEmpty();
            for (MatchResult test : tests) {
                String method = "@(Parameterized)?Test\\b[^;]*\\bvoid " + test.group(2) + "\\(";
                assertThat(Pattern.compile(method)
                                .matcher(source(test.group(1)))
                                .find())
                        .as("%s is a test", test.group())
                        .isTrue();
            }
        }
    }

    /** Of a test, and of the suites that it extends. */
    private static String source(String type) throws IOException {
        String own = file(type);
        Matcher suite = Pattern.compile("class " + type + " extends (\\w+)").matcher(own);
        return suite.find() ? own + source(suite.group(1)) : own;
    }

    private static String file(String type) throws IOException {
        for (Path modules : List.of(MODULES, MODULES.resolve("../dlq-tools"))) {
            try (Stream<Path> folders = Files.find(modules, DEEPEST, (path, is) -> path.endsWith("src"))) {
                for (Path sources : folders.toList()) {
                    try (Stream<Path> files = Files.walk(sources)) {
                        List<Path> found = files.filter(file -> file.endsWith(type + ".java"))
                                .toList();
                        if (!found.isEmpty()) {
                            return Files.readString(found.get(0));
                        }
                    }
                }
            }
        }
        return "";
    }
}
