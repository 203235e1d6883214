package io.millrace.runtime;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.api.Test;

/** The floor plan of docs/architecture.md. Each rule was seen to fail once when it was written. */
@DisplayNameGeneration(ReplaceUnderscores.class)
class FloorPlanTest {
    private static final JavaClasses PLATFORM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.millrace");

    private static final List<String> ROOMS = List.of(
            "lambdaapi",
            "functionurl",
            "access",
            "scalingapi",
            "kinesisapi",
            "scaling",
            "scheduleapi",
            "schedule",
            "topicapi",
            "topic",
            "eventbusapi",
            "eventbus",
            "relay",
            "replay",
            "shadow",
            "pattern",
            "deployment",
            "devmode",
            "mapping",
            "stream",
            "dispatch",
            "environment",
            "runtimeapi",
            "destination",
            "registry",
            "objects",
            "idempotency",
            "accounting",
            "logs",
            "observe",
            "door",
            "metrics",
            "trace",
            "payloads",
            "config");

    private static String room(String name) {
        return "io.millrace.runtime." + name + "..";
    }

    @Test
    void rooms_know_only_the_rooms_below() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("doors")
                .definedBy(
                        room("lambdaapi"),
                        room("scalingapi"),
                        room("scheduleapi"),
                        room("functionurl"),
                        room("kinesisapi"),
                        room("topicapi"),
                        room("eventbusapi"))
                .layer("eventbus")
                .definedBy(room("eventbus"))
                .layer("topic")
                .definedBy(room("topic"))
                .layer("relay")
                .definedBy(room("relay"))
                .layer("replay")
                .definedBy(room("replay"))
                .layer("shadow")
                .definedBy(room("shadow"))
                .layer("pattern")
                .definedBy(room("pattern"))
                .layer("access")
                .definedBy(room("access"))
                .layer("scaling")
                .definedBy(room("scaling"))
                .layer("schedule")
                .definedBy(room("schedule"))
                .layer("deployment")
                .definedBy(room("deployment"))
                .layer("devmode")
                .definedBy(room("devmode"))
                .layer("mapping")
                .definedBy(room("mapping"))
                .layer("stream")
                .definedBy(room("stream"))
                .layer("dispatch")
                .definedBy(room("dispatch"))
                .layer("environment")
                .definedBy(room("environment"))
                .layer("runtimeapi")
                .definedBy(room("runtimeapi"))
                .layer("destination")
                .definedBy(room("destination"))
                .layer("registry")
                .definedBy(room("registry"))
                .layer("objects")
                .definedBy(room("objects"))
                .layer("idempotency")
                .definedBy(room("idempotency"))
                .layer("accounting")
                .definedBy(room("accounting"))
                .layer("logs")
                .definedBy(room("logs"))
                .layer("observe")
                .definedBy(room("observe"))
                .layer("door")
                .definedBy(room("door"))
                .layer("metrics")
                .definedBy(room("metrics"))
                .layer("trace")
                .definedBy(room("trace"))
                .layer("payloads")
                .definedBy(room("payloads"))
                .layer("config")
                .definedBy(room("config"))
                .whereLayer("doors")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("eventbus")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("topic")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("relay")
                .mayOnlyBeAccessedByLayers("doors", "topic", "eventbus")
                .whereLayer("replay")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("shadow")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("pattern")
                .mayOnlyBeAccessedByLayers("doors", "topic", "eventbus", "mapping", "replay")
                .whereLayer("access")
                .mayOnlyBeAccessedByLayers("doors", "metrics")
                .whereLayer("scaling")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("schedule")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("deployment")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("devmode")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("mapping")
                .mayOnlyBeAccessedByLayers("doors", "metrics")
                .whereLayer("stream")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("dispatch")
                .mayOnlyBeAccessedByLayers("doors", "deployment", "mapping", "shadow")
                .whereLayer("environment")
                .mayOnlyBeAccessedByLayers("dispatch", "deployment", "metrics", "trace")
                .whereLayer("runtimeapi")
                .mayOnlyBeAccessedByLayers("environment")
                .whereLayer("destination")
                .mayOnlyBeAccessedByLayers("dispatch", "mapping")
                .whereLayer("registry")
                .mayOnlyBeAccessedByLayers(
                        "doors",
                        "access",
                        "scaling",
                        "schedule",
                        "deployment",
                        "devmode",
                        "mapping",
                        "stream",
                        "topic",
                        "eventbus",
                        "relay",
                        "replay",
                        "shadow",
                        "metrics")
                .whereLayer("objects")
                .mayOnlyBeAccessedByLayers("doors", "payloads")
                .whereLayer("idempotency")
                .mayOnlyBeAccessedByLayers("dispatch", "mapping")
                .whereLayer("accounting")
                .mayOnlyBeAccessedByLayers("doors", "dispatch", "metrics")
                .whereLayer("metrics")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("trace")
                .mayOnlyBeAccessedByLayers("dispatch", "mapping")
                .whereLayer("payloads")
                .mayOnlyBeAccessedByLayers("doors", "dispatch", "replay")
                .whereLayer("logs")
                .mayOnlyBeAccessedByLayers("doors", "environment")
                .whereLayer("observe")
                .mayNotAccessAnyLayer()
                .whereLayer("door")
                .mayNotAccessAnyLayer()
                .whereLayer("config")
                .mayNotAccessAnyLayer()
                .check(PLATFORM);
    }

    @Test
    void every_package_of_the_runtime_is_a_room() {
        assertThat(PLATFORM.stream()
                        .filter(resideInAPackage("io.millrace.runtime.*.."))
                        .map(type -> type.getPackageName().split("\\.", -1)[3])
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(ROOMS);
    }

    @Test
    void only_environments_that_are_processes_know_the_Runtime_API_and_it_knows_no_room() {
        noClasses()
                .that()
                .resideInAPackage(room("environment"))
                .and()
                .resideOutsideOfPackage(room("environment.process"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(room("runtimeapi"))
                .check(PLATFORM);
        classes()
                .that()
                .resideInAPackage(room("runtimeapi"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(room("runtimeapi"), "java..", "io.vertx..", "io.netty..", "org.jspecify..")
                .check(PLATFORM);
    }

    @Test
    void core_knows_only_the_jdk() {
        classes()
                .that()
                .resideInAPackage("io.millrace.core..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.millrace.core..", "java..", "org.jspecify.annotations")
                .check(PLATFORM);
    }

    @Test
    void authors_of_functions_see_only_the_jdk() {
        classes()
                .that()
                .resideInAPackage("io.millrace.function..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.millrace.function..", "java..", "org.jspecify.annotations")
                .check(PLATFORM);
    }

    @Test
    void doors_know_neither_environments_nor_AMQP() {
        noClasses()
                .that()
                .resideInAnyPackage(room("lambdaapi"), room("scheduleapi"), room("functionurl"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        room("environment"), "io.vertx.proton..", "org.apache.qpid..", "org.apache.activemq..")
                .check(PLATFORM);
    }

    @Test
    void doors_know_neither_each_other_nor_what_is_behind_another() {
        Map<String, List<String>> behind = Map.of(
                "lambdaapi", List.of(),
                "functionurl", List.of(),
                "scalingapi", List.of("scaling"),
                "scheduleapi", List.of("schedule"),
                "kinesisapi", List.of("stream"),
                "topicapi", List.of("topic"),
                "eventbusapi", List.of("eventbus"));
        behind.keySet().forEach(door -> noClasses()
                .that()
                .resideInAPackage(room(door))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(behind.entrySet().stream()
                        .filter(other -> !other.getKey().equals(door))
                        .flatMap(other -> Stream.concat(Stream.of(other.getKey()), other.getValue().stream()))
                        .map(FloorPlanTest::room)
                        .toArray(String[]::new))
                .check(PLATFORM));
    }

    @Test
    void only_the_broker_module_sees_links_and_connections_of_AMQP() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.millrace.broker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx.proton..")
                .check(PLATFORM);
    }

    @Test
    void only_the_embedded_broker_sees_Artemis() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.millrace.broker.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.activemq..")
                .check(PLATFORM);
    }

    @Test
    void nobody_imports_Platform_but_the_front_door() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.millrace", "io.millrace.runtime")
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(Platform.class)
                .check(PLATFORM);
    }

    @Test
    void no_two_packages_know_each_other() {
        slices().matching("io.millrace.(**)").should().beFreeOfCycles().check(PLATFORM);
    }
}
