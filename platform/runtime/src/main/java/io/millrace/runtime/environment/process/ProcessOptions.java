package io.millrace.runtime.environment.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How process environments are run on this machine.
 *
 * @param directory of this server alone: unpacked code, /tmp of the environments; emptied at start and at the end
 * @param region as functions are told
 * @param account as extensions are told
 * @param minimumIsolation setting environment.minimumIsolation: below it the server does not start
 * @param maximumIsolation nothing stronger is tried
 * @param controlGroup setting environment.controlGroup: a group delegated to this server, with a memory or pids
 *     controller, of version 1 or 2; without it memory is limited by the runtime's own heap limit or by rlimits
 * @param maximumProcesses setting environment.maximumProcesses: environments that may live at once, at least 1
 * @param pythonClient setting environment.python.ric: a folder with the vendor's awslambdaric
 * @param nodeClient setting environment.node.ric: a folder with node_modules/aws-lambda-ric
 */
public record ProcessOptions(
        Path directory,
        String region,
        String account,
        IsolationLevel minimumIsolation,
        IsolationLevel maximumIsolation,
        Optional<Path> controlGroup,
        int maximumProcesses,
        Optional<Path> pythonClient,
        Optional<Path> nodeClient) {

    private static final int UNCOUNTED = 1_000_000;

    /** Whatever isolation the machine offers, and our own clients for Python and Node.js. */
    public static ProcessOptions in(Path directory, String region, String account) {
        return new ProcessOptions(
                directory,
                region,
                account,
                IsolationLevel.PROCESS,
                IsolationLevel.SANDBOX,
                Optional.empty(),
                UNCOUNTED,
                Optional.empty(),
                Optional.empty());
    }

    public ProcessOptions withMinimumIsolation(IsolationLevel level) {
        return with(level, maximumIsolation, controlGroup, maximumProcesses, pythonClient, nodeClient);
    }

    public ProcessOptions withMaximumIsolation(IsolationLevel level) {
        return with(minimumIsolation, level, controlGroup, maximumProcesses, pythonClient, nodeClient);
    }

    public ProcessOptions withControlGroup(Path group) {
        return with(minimumIsolation, maximumIsolation, Optional.of(group), maximumProcesses, pythonClient, nodeClient);
    }

    public ProcessOptions withMaximumProcesses(int processes) {
        return with(minimumIsolation, maximumIsolation, controlGroup, processes, pythonClient, nodeClient);
    }

    public ProcessOptions withPythonClient(Path folder) {
        return with(
                minimumIsolation, maximumIsolation, controlGroup, maximumProcesses, Optional.of(folder), nodeClient);
    }

    public ProcessOptions withNodeClient(Path folder) {
        return with(
                minimumIsolation, maximumIsolation, controlGroup, maximumProcesses, pythonClient, Optional.of(folder));
    }

    private ProcessOptions with(
            IsolationLevel minimum,
            IsolationLevel maximum,
            Optional<Path> group,
            int processes,
            Optional<Path> python,
            Optional<Path> node) {
        return new ProcessOptions(directory, region, account, minimum, maximum, group, processes, python, node);
    }
}
