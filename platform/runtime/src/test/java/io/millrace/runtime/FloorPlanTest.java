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
            "scaling",
            "deployment",
            "devmode",
            "mapping",
            "dispatch",
            "environment",
            "runtimeapi",
            "destination",
            "registry",
            "objects",
            "accounting",
            "observe",
            "config");

    private static String room(String name) {
        return "io.millrace.runtime." + name + "..";
    }

    @Test
    void rooms_know_only_the_rooms_below() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("doors")
                .definedBy(room("lambdaapi"), room("scalingapi"), room("functionurl"))
                .layer("access")
                .definedBy(room("access"))
                .layer("scaling")
                .definedBy(room("scaling"))
                .layer("deployment")
                .definedBy(room("deployment"))
                .layer("devmode")
                .definedBy(room("devmode"))
                .layer("mapping")
                .definedBy(room("mapping"))
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
                .layer("accounting")
                .definedBy(room("accounting"))
                .layer("observe")
                .definedBy(room("observe"))
                .layer("config")
                .definedBy(room("config"))
                .whereLayer("doors")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("access")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("scaling")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("deployment")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("devmode")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("mapping")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("dispatch")
                .mayOnlyBeAccessedByLayers("doors", "deployment", "mapping")
                .whereLayer("environment")
                .mayOnlyBeAccessedByLayers("dispatch", "deployment")
                .whereLayer("runtimeapi")
                .mayOnlyBeAccessedByLayers("environment")
                .whereLayer("destination")
                .mayOnlyBeAccessedByLayers("dispatch")
                .whereLayer("registry")
                .mayOnlyBeAccessedByLayers("doors", "access", "scaling", "deployment", "devmode", "mapping")
                .whereLayer("objects")
                .mayOnlyBeAccessedByLayers("doors")
                .whereLayer("accounting")
                .mayOnlyBeAccessedByLayers("doors", "dispatch")
                .whereLayer("observe")
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
                .resideInAnyPackage(room("lambdaapi"), room("functionurl"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        room("environment"), "io.vertx.proton..", "org.apache.qpid..", "org.apache.activemq..")
                .check(PLATFORM);
    }

    @Test
    void doors_do_not_know_each_other() {
        noClasses()
                .that()
                .resideInAPackage(room("scalingapi"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(room("lambdaapi"), room("functionurl"))
                .check(PLATFORM);
        noClasses()
                .that()
                .resideInAPackage(room("functionurl"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(room("lambdaapi"), room("scalingapi"), room("scaling"))
                .check(PLATFORM);
        noClasses()
                .that()
                .resideInAPackage(room("lambdaapi"))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(room("scalingapi"), room("scaling"), room("functionurl"))
                .check(PLATFORM);
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
