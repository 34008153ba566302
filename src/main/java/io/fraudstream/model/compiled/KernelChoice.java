package io.fraudstream.model.compiled;

import java.util.ServiceLoader;

/** Which of the {@link Kernels} serve: the Vector API's where the JVM offers it. */
final class KernelChoice {
    private static final String MODULE = "jdk.incubator.vector";

    private KernelChoice() {}

    static Kernels choose() {
        if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
            return ServiceLoader.load(Kernels.class, Kernels.class.getClassLoader())
                    .findFirst()
                    .orElseGet(PlainKernels::new);
        }
        return new PlainKernels();
    }
}
