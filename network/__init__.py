"""The register of the network: its tree, every site's page, services and notices for everybody."""
