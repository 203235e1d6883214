package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
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

    private static String source(String type) throws IOException {
        try (Stream<Path> modules = Files.list(MODULES)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    List<Path> found =
                            files.filter(file -> file.endsWith(type + ".java")).toList();
                    if (!found.isEmpty()) {
                        return Files.readString(found.get(0));
                    }
                }
            }
        }
        return "";
    }
}
