package io.millrace.runtime.functionurl;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.config.Settings;
import java.util.Map;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class DestinationsTest {
    private static final String ID = "a123456789b123456789c123456789d1";
    private final Destinations destinations = new Destinations(Settings.of(Map.of(
                    "url.base",
                    "https://f.example.org",
                    "routes",
                    "/shop=any,/shop/v2=any2,api.example.org=host,api.example.org/v2=host2"))
            .urls());

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            ID.lambda-url.us-east-1.localhost | /a/../b%2Fc          | url ID /a/../b%2Fc http:4574
            ID.lambda-url.eu-west-1.x.org     | /_url/other          | url ID /_url/other http:4574
            short.lambda-url.us-east-1.on.aws | /2015-03-31/functions | url short /2015-03-31/functions http:4574
            .lambda-url.localhost             | /                    | url  / http:4574
            a.b.lambda-url.localhost          | /                    | url a.b / http:4574
            ID.f.example.org                  | /x                   | url ID /x https:443
            www.f.example.org                 | /x                   | none
            a.ID.f.example.org                | /x                   | none
            localhost                         | /_url/ID             | url ID / http:4574
            localhost                         | /_url/ID/            | url ID / http:4574
            localhost                         | /_url/ID/a//b/%2e%2e | url ID /a//b/%2e%2e http:4574
            localhost                         | /_url                | url  / http:4574
            localhost                         | /_urls/ID            | none
            localhost                         | /shop                | route any /shop
            localhost                         | /shop/v1/x           | route any /shop/v1/x
            localhost                         | /shop/v2/x           | route any2 /shop/v2/x
            localhost                         | /shop/../2015-03-31  | route any /shop/../2015-03-31
            localhost                         | /shopping            | none
            localhost                         | /2015-03-31/../shop  | none
            localhost                         | /                    | none
            api.example.org                   | /                    | route host /
            api.example.org                   | /shop/v2             | route host /shop/v2
            api.example.org                   | /v2                  | route host2 /v2
            """)
    void a_request_goes_to_the_function_it_means(String host, String path, String expected) {
        Origin origin = new Origin("http", host.replace("ID", ID), 4574);

        String found = destinations
                .find(origin, path.replace("ID", ID))
                .map(DestinationsTest::words)
                .orElse("none");

        assertThat(found).isEqualTo(expected.replace("ID", ID));
    }

    private static String words(Destination destination) {
        if (destination instanceof Destination.ToUrl url) {
            return "url " + url.id() + " " + url.rawPath() + " " + url.origin().scheme() + ":"
                    + url.origin().port();
        }
        return "route " + ((Destination.ToRoute) destination).route().function() + " " + destination.rawPath();
    }
}
