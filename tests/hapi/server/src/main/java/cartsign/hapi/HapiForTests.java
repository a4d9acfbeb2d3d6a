package cartsign.hapi;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.r4.JpaR4Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.SearchPreferHandlingInterceptor;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import jakarta.persistence.EntityManagerFactory;
import java.util.Properties;
import javax.sql.DataSource;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.h2.jdbcx.JdbcConnectionPool;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;

/**
 * A HAPI FHIR JPA server (R4) in one process, for tests: Jetty on the loopback interface, H2 in memory, nothing kept.
 * In: the port (0 for a free one) and the largest page it gives. Out: "listening on PORT" on stdout once it answers
 * under /fhir; it ends on SIGTERM.
 */
public final class HapiForTests {

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        int pageLimit = Integer.parseInt(arguments[1]);
        // Background jobs are of no use here, and would keep the process from ending.
        System.setProperty("scheduling_disabled", "true");
        var spring = new AnnotationConfigApplicationContext(Jpa.class);

        var web = new ServletContextHandler();
        web.addServlet(new ServletHolder(fhirServer(spring, pageLimit)), "/fhir/*");
        var jetty = new Server();
        var connector = new ServerConnector(jetty);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        jetty.addConnector(connector);
        jetty.setHandler(web);
        jetty.setStopAtShutdown(true);
        jetty.start();
        System.out.println("listening on " + connector.getLocalPort());
        // Nobody reads on after that line, and a full pipe would hold up whoever prints.
        System.setOut(System.err);
        jetty.join();
    }

    private static RestfulServer fhirServer(AnnotationConfigApplicationContext spring, int pageLimit) {
        var server = new RestfulServer(spring.getBean(FhirContext.class));
        server.registerProviders(spring.getBean(ResourceProviderFactory.class).createProviders());
        server.registerProvider(spring.getBean(IJpaSystemProvider.class));
        server.setServerConformanceProvider(
                new JpaCapabilityStatementProvider(
                        server,
                        spring.getBean(IFhirSystemDao.class),
                        spring.getBean(JpaStorageSettings.class),
                        spring.getBean(ISearchParamRegistry.class),
                        spring.getBean("myJpaValidationSupportChain", IValidationSupport.class)));
        var paging = spring.getBean(DatabaseBackedPagingProvider.class);
        paging.setDefaultPageSize(pageLimit);
        paging.setMaximumPageSize(pageLimit);
        server.setPagingProvider(paging);
        // Without it `Prefer: handling=` would be ignored.
        server.registerInterceptor(new SearchPreferHandlingInterceptor(spring.getBean(ISearchParamRegistry.class)));
        return server;
    }

    /** What HAPI's own configurations expect to find: settings, a database and its transactions. */
    @Configuration
    @Import({
        JpaR4Config.class,
        HapiJpaConfig.class,
        ThreadPoolFactoryConfig.class,
        JpaBatch2Config.class,
        Batch2JobsConfig.class,
        SubscriptionChannelConfig.class
    })
    static class Jpa {

        @Bean
        JpaStorageSettings storageSettings() {
            var settings = new JpaStorageSettings();
            // A search repeated after a write would otherwise answer from before it.
            settings.setReuseCachedSearchResultsForMillis(null);
            // Example resources refer to others that nobody loads; with a placeholder they are found by patient.
            settings.setAutoCreatePlaceholderReferenceTargets(true);
            return settings;
        }

        @Bean
        PartitionSettings partitionSettings() {
            return new PartitionSettings();
        }

        @Bean
        SubscriptionSettings subscriptionSettings() {
            return new SubscriptionSettings();
        }

        @Bean(destroyMethod = "dispose")
        JdbcConnectionPool dataSource() {
            return JdbcConnectionPool.create("jdbc:h2:mem:fhir;DB_CLOSE_DELAY=-1", "sa", "");
        }

        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(
                DataSource database,
                ConfigurableListableBeanFactory beans,
                FhirContext fhir,
                JpaStorageSettings settings) {
            var hibernate = new Properties();
            hibernate.put("hibernate.dialect", HapiFhirH2Dialect.class.getName());
            hibernate.put("hibernate.hbm2ddl.auto", "create");
            hibernate.put("hibernate.search.enabled", "false");
            var factory = HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, settings);
            factory.setPersistenceUnitName("fhir");
            factory.setDataSource(database);
            factory.setJpaProperties(hibernate);
            return factory;
        }

        @Bean
        JpaTransactionManager transactionManager(EntityManagerFactory factory) {
            return new JpaTransactionManager(factory);
        }
    }

    private HapiForTests() {}
}
