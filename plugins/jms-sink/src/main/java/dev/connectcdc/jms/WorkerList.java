package dev.connectcdc.jms;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** Lists of what a config may name, which only the worker's owner can make longer. */
final class WorkerList {

    private WorkerList() {}

    /**
     * @param builtIn what is always allowed
     * @param property system property of the worker with more, separated by commas
     * @return both, sorted
     */
    static Set<String> with(Set<String> builtIn, String property) {
        Set<String> allowed = new TreeSet<>(builtIn);
        Arrays.stream(System.getProperty(property, "").split(","))
                .map(String::trim)
                .filter(name -> !name.isEmpty())
                .forEach(allowed::add);
        return allowed;
    }
}
