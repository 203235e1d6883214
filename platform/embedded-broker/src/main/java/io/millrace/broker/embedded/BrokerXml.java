package io.millrace.broker.embedded;

import io.millrace.broker.embedded.BrokerStartException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Validator;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.deployers.impl.FileConfigurationParser;
import org.apache.activemq.artemis.utils.XMLUtil;
import org.apache.activemq.artemis.utils.XmlProvider;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.ErrorHandler;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * Reads {@code broker.xml} as a standalone broker would, but takes this broker's own placeholders from its options
 * instead of from system properties, which two brokers in one JVM would share.
 */
final class BrokerXml {

    private static final String RESOURCE = "/broker-config/broker.xml";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{\\s*([^:}\\s]+)\\s*(?::([^}]*))?}");

    private BrokerXml() {}

    /** @throws BrokerStartException CONFIGURATION_INVALID, with file, line and complaint */
    static Configuration read(EmbeddedBrokerOptions options, Path dataDirectory) {
        String name = options.configDirectory()
                .map(directory -> directory.resolve("broker.xml").toString())
                .orElse("broker.xml of this jar");
        String text = fill(text(options.configDirectory(), name), placeholders(options, dataDirectory));
        try {
            validate(text);
            return parse(text);
        } catch (SAXParseException e) {
            throw invalid(name + ", line " + e.getLineNumber() + ": " + e.getMessage(), e);
        } catch (Exception e) { // what the parser declares; it throws all kinds for a value it does not like
            throw invalid(name + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, String> placeholders(EmbeddedBrokerOptions options, Path dataDirectory) {
        return Map.of(
                "millrace.broker.data", dataDirectory.toString(),
                "millrace.broker.host", options.host(),
                "millrace.broker.amqp", Integer.toString(options.amqpPort()),
                "millrace.broker.core", Integer.toString(options.corePort()),
                "millrace.broker.mqtt", Integer.toString(options.mqttPort()),
                "millrace.broker.stomp", Integer.toString(options.stompPort()));
    }

    private static String text(Optional<Path> configDirectory, String name) {
        try {
            if (configDirectory.isPresent()) {
                return Files.readString(configDirectory.get().resolve("broker.xml"));
            }
            try (InputStream resource = BrokerXml.class.getResourceAsStream(RESOURCE)) {
                if (resource == null) {
                    throw new IllegalStateException("This jar was built without " + RESOURCE);
                }
                return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw invalid(name + " cannot be read: " + e, e);
        }
    }

    /** Placeholders that are not ours stay for Artemis, which looks at system properties and the environment. */
    private static String fill(String text, Map<String, String> values) {
        return PLACEHOLDER.matcher(text).replaceAll(found -> {
            String value = values.get(found.group(1));
            return Matcher.quoteReplacement(value == null ? found.group() : escape(value));
        });
    }

    private static String escape(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static void validate(String text) throws SAXException, IOException {
        Validator validator = XmlProvider.newValidator(XMLUtil.findResource("schema/artemis-server.xsd"));
        validator.setErrorHandler(new FirstError());
        validator.validate(new StreamSource(new StringReader(XMLUtil.replaceSystemPropsInString(text))));
    }

    private static Configuration parse(String text) throws Exception {
        NodeList cores = XMLUtil.stringToElement(text).getElementsByTagName("core");
        if (cores.getLength() != 1) {
            throw new IllegalArgumentException(cores.getLength() + " elements <core>, expected 1");
        }
        Configuration configuration = new ConfigurationImpl();
        new FileConfigurationParser().parseMainConfig((Element) cores.item(0), configuration);
        return configuration;
    }

    private static BrokerStartException invalid(String complaint, Exception cause) {
        return new BrokerStartException(
                Reason.CONFIGURATION_INVALID, "The broker's configuration is not valid: " + complaint, cause);
    }

    /** Without it the validator would print errors and go on. */
    private static final class FirstError implements ErrorHandler {

        @Override
        public void warning(SAXParseException warning) {
            // an import of the schema that this broker does not need, nothing in the file
        }

        @Override
        public void error(SAXParseException error) throws SAXException {
            throw error;
        }

        @Override
        public void fatalError(SAXParseException error) throws SAXException {
            throw error;
        }
    }
}
